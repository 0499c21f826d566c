"""A health endpoint of a service with a database asks the database.

Why: a copy with wrong credentials for its database starts, answers its health endpoint, and gets
all requests: a deploy that broke everything is called healthy. A second route for "the process
lives" may go without.

Bad: `return {"status": "ok"}` as the only check of a service that imports SQLAlchemy

Good: `SELECT 1` with a short timeout, and 503 when that fails
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.routes import below, code_files, serving
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule
from placid.formats.routes import Route

_DATABASE = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(?:sqlalchemy|psycopg2?|asyncpg|pymongo|motor|peewee|tortoise"
    r"|sqlmodel|pymysql|aiomysql|flask_sqlalchemy)\b"
    r"|(?:from|require\()\s*[\"'](?:pg|mongoose|@prisma/client|sequelize|knex|typeorm|mysql2?"
    r"|mongodb|drizzle-orm)(?:/[^\"']*)?[\"']",
    re.MULTILINE,
)
_WORDS = (
    *("sqlalchemy", "psycopg", "asyncpg", "mongo", "motor", "peewee", "tortoise", "sqlmodel"),
    *("mysql", "pg", "prisma", "sequelize", "knex", "typeorm", "drizzle"),
)
_TRIVIAL = re.compile(
    r"(?:return|=>|res(?:ponse)?\s*\.|reply\s*\.|ctx\.body)\s*(?:[\w.]+\()*[({\s]*(?:[\"'{\d\[]|send|json"
    r"|status|sendStatus|end)"
)
_ASKS = re.compile(
    r"\bawait\b|\btry\b|\bif\b|\bdb\b|session|engine|conn|cursor|execute|query|redis|prisma|mongo"
    r"|pool|sequelize|knex|Depends|check|probe|client|\bself\.|\bfor\b|\bwith\b",
    re.IGNORECASE,
)


@rule("health/health-ignores-database", Severity.LOW, docs=__doc__ or "")
def health_ignores_database(repository: Repository) -> Iterator[Hit | Unknown]:
    """Tell the services whose health routes all answer without looking."""
    told: set[str] = set()
    for built in dockerfiles(repository) if repository.whole else ():
        folder = built.context
        if built.example or folder in told:
            continue
        told.add(folder)
        there = serving(repository, folder)
        health = [each for each in there.health() if each[1].handler]
        if len(health) != len(there.health()) or not all(_looks_away(each) for _, each in health):
            continue
        asked = [each for each in health if not each[1].about_life] or health
        database = next(iter(below(_with_database(repository), folder)), "")
        if asked and database and there.apps:
            yield Hit(
                f"{asked[0][1].path} answers without asking the database that {database} uses",
                (Place(asked[0][0], asked[0][1].span), Place(database)),
                action="let the health endpoint ask the database",
            )


def _looks_away(route: Route) -> bool:
    """Whether a handler answers with a constant and does nothing else."""
    head, _, body = route.handler.partition("\n")
    text = re.sub(
        r'"""[\s\S]*?"""', "", body if head.lstrip().startswith(("def", "async")) else route.handler
    )
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) <= 6 and bool(_TRIVIAL.search(text)) and not _ASKS.search(text)


@fact
def _with_database(repository: Repository) -> tuple[str, ...]:
    return tuple(path for path in code_files(repository) if _uses(repository.text(path) or ""))


def _uses(text: str) -> bool:
    for word in _WORDS:
        if word in text:
            return _DATABASE.search(text) is not None
    return False
