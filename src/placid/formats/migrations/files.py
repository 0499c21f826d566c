"""Which files are migrations, of which application, in which order, and how each is read.

found = kind_of("db/migrate/20260101_drop_email.rb")
found.app, found.order; read(found, text)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.formats.migrations import alembic, django, javascript, rails
from placid.formats.migrations.model import Migration, Undo
from placid.formats.migrations.sql import operations

_KINDS = (
    ("rails", re.compile(r"(?P<app>(?:.*/)?db/(?:\w+_)?migrate)/(?P<order>\d{3,})_[^/]+\.rb")),
    ("django", re.compile(r"(?P<app>(?:.*/)?migrations)/(?P<order>\d{4})_[^/]+\.py")),
    ("alembic", re.compile(r"(?P<app>(?:.*/)?versions)/(?P<order>[^/]+)\.py")),
    (
        "javascript",
        re.compile(r"(?P<app>(?:.*/)?migrations?)/(?P<order>\d{10,17})[-_][^/]+\.[cm]?[jt]s"),
    ),
    (
        "prisma",
        re.compile(r"(?P<app>(?:.*/)?migrations)/(?P<order>\d{14})_[^/]+/migration\.sql"),
    ),
    (
        "diesel",
        re.compile(r"(?P<app>(?:.*/)?migrations)/(?P<order>[\d-]{10,})_[^/]+/up\.sql"),
    ),
    ("flyway", re.compile(r"(?P<app>.*/|)V(?P<order>\d[\d._]*)__[^/]+\.sql")),
    ("up-down", re.compile(r"(?P<app>.*/|)(?P<order>\d+)[-_][^/]+\.up\.sql")),
    (
        "numbered",
        re.compile(
            r"(?P<app>(?:.*/)?(?:migrations?|migrate)(?:/[a-z]\w*)?)/(?P<order>\d{3,})[-_][^/]+\.sql"
        ),
    ),
)
_ENDINGS = (".sql", ".py", ".rb", ".js", ".ts", ".cjs", ".mjs", ".cts", ".mts")
_DOWN = re.compile(r"^--[ \t]*(?:\+goose Down|\+migrate Down|migrate:down)\b.*$", re.I | re.M)
_UP = re.compile(r"^--[ \t]*(?:\+goose Up|\+migrate Up|migrate:up)\b", re.I | re.M)
_MARK = re.compile(r"^--[ \t]*(?:\+goose|\+migrate|migrate:)", re.I | re.M)


class MigrationFile(NamedTuple):
    """A file that is a migration by its name. `order` compares within an app."""

    tool: str
    app: str
    order: tuple[int, ...]
    path: str


def kind_of(path: str) -> MigrationFile | None:
    """What a path says; None for what is no migration."""
    if not path.endswith(_ENDINGS) or path.endswith((".down.sql", ".d.ts")):
        return None
    for tool, pattern in _KINDS:
        found = pattern.fullmatch(path)
        if found:
            order = tuple(int(part[:30]) for part in re.findall(r"\d+", found["order"]))
            return MigrationFile(tool, found["app"].rstrip("/"), order, path)
    return None


def read(file: MigrationFile, text: str, has_down: bool | None = None) -> Migration | None:
    """The migration in a file. `has_down` tells whether the file for the way back is there."""
    if file.tool == "alembic":
        return alembic.read(text)
    if file.tool == "django":
        return django.read(text, _app_name(file.app))
    if file.tool == "rails":
        return rails.read(text)
    if file.tool == "javascript":
        return javascript.read(text)
    return _sql(file, text, has_down)


def down_path(file: MigrationFile) -> str | None:
    """The file that takes a migration back, for tools that have two files."""
    if file.tool == "up-down":
        return file.path.removesuffix(".up.sql") + ".down.sql"
    return file.path.removesuffix("up.sql") + "down.sql" if file.tool == "diesel" else None


def _app_name(folder: str) -> str:
    return folder.removesuffix("migrations").rstrip("/").rpartition("/")[2]


def _sql(file: MigrationFile, text: str, has_down: bool | None) -> Migration:
    down = _DOWN.search(text)
    end = down.start() if down else len(text)
    if down and (up := _UP.search(text)) and up.start() > down.start():
        end = len(text)
    undo, at = Undo.NONE, Span(0, 0)
    if has_down is not None:
        undo = Undo.WRITTEN if has_down else Undo.MISSING
    elif _MARK.search(text):
        written = down is not None and _says_anything(text, down.end())
        undo = Undo.WRITTEN if written else Undo.MISSING
        at = Span(*down.span()) if down else at
    return Migration(file.tool, operations(text, 0, end), undo, at)


def _says_anything(text: str, start: int) -> bool:
    """Whether any statement follows."""
    rest = re.sub(r"--[^\n]*", "", text[start:])
    return bool(re.search(r"\w", rest))
