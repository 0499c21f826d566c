"""The newest migrations of each application: those that the next deploys will run.

An old repository has hundreds that ran long ago; only the last five of an application count, and
of those the ones that were written no more than half a year before the newest of the repository.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from placid.core.audit.facts.compose import compose
from placid.core.audit.facts.objects import is_example
from placid.core.audit.model import Repository, fact, path_fact
from placid.core.audit.rule import Confidence
from placid.formats.migrations import (
    Migration,
    MigrationFile,
    down_path,
    kind_of,
    read,
    written_on,
)

_NEWEST = 5
_RECENT = timedelta(days=183)
_YEAR = timedelta(days=365)
_POSTGRES = re.compile(
    r"\bpsycopg|\basyncpg\b|\bpg8000\b|[\"']pg[\"']|\bpostgres(?:ql)?\b|\bpgx\b|lib/pq"
    r"|\bActiveRecord::.*postgresql|[\"']postgres[\"']",
)
_MANIFESTS = re.compile(
    r"(?:^|/)(?:requirements[\w.-]*\.txt|pyproject\.toml|Pipfile|setup\.(?:py|cfg)|package\.json"
    r"|go\.mod|Gemfile|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml|schema\.prisma|diesel\.toml"
    r"|alembic\.ini|migration_lock\.toml|database\.yml|sqlc\.ya?ml|knexfile\.[jt]s)$"
)
_MYSQL = re.compile(r"mysql|mariadb|sqlite|mssql|sqlserver|oracle", re.IGNORECASE)


class Pending(NamedTuple):
    """A migration that is new enough to matter."""

    file: MigrationFile
    migration: Migration
    ran: bool = False
    """Whether it was written so long ago (a year) that it has surely run."""

    @property
    def confidence(self) -> Confidence:
        """How sure it is that a deploy will run it."""
        return Confidence.LOW if self.ran else Confidence.HIGH

    @property
    def path(self) -> str:
        """Where it is."""
        return self.file.path


@fact
def _files(repository: Repository) -> dict[tuple[str, str], list[MigrationFile]]:
    """The migrations of each application, in the order of their names."""
    found: dict[tuple[str, str], list[MigrationFile]] = defaultdict(list)
    for path in repository.paths:
        file = kind_of(path)
        if file is not None and not (repository.whole and is_example(path)):
            found[file.tool, file.app].append(file)
    for files in found.values():
        files.sort(key=lambda each: (each.order, each.path))
    return dict(found)


@path_fact
def _read(repository: Repository, path: str) -> Migration | None:
    file, text = kind_of(path), repository.text(path)
    if file is None or text is None:
        return None
    down = down_path(file)
    return read(file, text, repository.has(down) if down and repository.whole else None)


@fact
def pending(repository: Repository) -> tuple[Pending, ...]:
    """The newest migrations, application by application."""
    applications = _files(repository)
    newest = [
        _newest_of_graph(repository, files) if tool == "alembic" else files[-_NEWEST:]
        for (tool, _), files in applications.items()
    ]
    known = max(1, 2 * _NEWEST // max(1, len(applications)))
    dates = {file.path: _day(repository, file) for files in newest for file in files}
    last = max(filter(None, dates.values()), default=None)
    return tuple(
        Pending(file, migration, day is not None and repository.today - day > _YEAR)
        for files in newest
        for file, day in _recent(files, dates, last, known)
        if (migration := _read(repository, file.path)) is not None
    )


def _recent(
    files: list[MigrationFile], dates: dict[str, date | None], last: date | None, most: int
) -> Iterator[tuple[MigrationFile, date | None]]:
    """The files that were written around the time of the last one, with their days.

    One without a date is at least as old as the next one that has one; of those that have none
    after them only the last count, the fewer the more applications there are.
    """
    day: date | None = None
    for at, file in enumerate(reversed(files)):
        day = dates[file.path] or day
        if last - day <= _RECENT if day is not None and last is not None else at < most:
            yield file, day


def _day(repository: Repository, file: MigrationFile) -> date | None:
    return written_on(file, repository.text(file.path) or "")


def _newest_of_graph(repository: Repository, files: list[MigrationFile]) -> list[MigrationFile]:
    """The last ones by what each says comes before it, from the heads on."""
    known: dict[str, tuple[MigrationFile, Migration]] = {}
    for file in files:
        migration = _read(repository, file.path)
        if migration is not None:
            known[migration.revision or file.path] = file, migration
    before = {parent for _, each in known.values() for parent in each.parents}
    waiting = sorted(set(known) - before)[:3]
    found: list[str] = []
    while waiting and len(found) < _NEWEST:
        name = waiting.pop(0)
        if name in known and name not in found:
            found.append(name)
            waiting += known[name][1].parents
    return [known[name][0] for name in reversed(found)]


def earlier(repository: Repository, file: MigrationFile) -> list[MigrationFile]:
    """The migrations of the same application that come before one."""
    files = _files(repository).get((file.tool, file.app), [])
    return files[: files.index(file)] if file in files else []


@fact
def on_postgres(repository: Repository) -> bool:
    """Whether the database is PostgreSQL, as far as the files tell, and no other one."""
    images = [
        service.image.text
        for project in compose(repository)
        for service in project.services
        if service.image is not None and not project.example
    ]
    texts = [
        repository.text(path) or ""
        for path in repository.paths
        if _MANIFESTS.search(path) and not is_example(path)
    ]
    other = any(map(_MYSQL.search, images)) or any(
        re.search(
            r"pymysql|mysqlclient|mysql2|go-sql-driver|provider\s*=\s*\"(?:mysql|sqlite)", text
        )
        for text in texts
    )
    is_it = any("postgres" in image for image in images) or any(map(_POSTGRES.search, texts))
    return is_it and not other
