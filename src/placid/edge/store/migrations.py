"""How the ledger's tables came to be: numbered steps, run by whoever first opens an older ledger.

A ledger keeps the number of its last step. Opening one that is current costs one query. Otherwise
the steps that are missing run in one transaction under a lock that lets one process in at a time;
the number is read again under that lock, so that the process which comes second finds nothing
left to do. A number above the last step we know was written by a newer placid: we keep out.

Steps are only ever added, never edited. Words in braces stand for the column types of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from placid.base.errors import Problem

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE placid_facts (
          stream {text} NOT NULL,
          seq {integer} NOT NULL,
          at {integer} NOT NULL,
          data {bytes} NOT NULL,
          PRIMARY KEY (stream, seq)
        )
        """,
        """
        CREATE TABLE placid_leases (
          name {text} NOT NULL PRIMARY KEY,
          holder {text} NOT NULL,
          until {float} NOT NULL
        )
        """,
    ),
)


class Schema(Protocol):
    """What migrating needs of a database."""

    where: str
    types: Mapping[str, str]

    def version(self) -> int:
        """The number of the last step taken, 0 for none."""
        ...

    def migrating(self) -> AbstractContextManager[None]:
        """A transaction that one process at a time can be in."""
        ...

    def step(self, statements: tuple[str, ...], number: int) -> None:
        """Run the statements and note their number."""
        ...


def migrate(schema: Schema) -> None:
    """Bring the tables to the newest step. Problem when they are newer than that."""
    if _known(schema) == len(STEPS):
        return
    with schema.migrating():
        done = _known(schema)
        for number, statements in enumerate(STEPS[done:], done + 1):
            schema.step(tuple(text.format_map(schema.types) for text in statements), number)


def _known(schema: Schema) -> int:
    version = schema.version()
    if version > len(STEPS):
        raise Problem(
            f"this ledger was written by a newer placid (schema {version}; this one knows up to "
            f"{len(STEPS)})",
            where=schema.where,
            fix="install the newer placid here: pip install --upgrade placid",
        )
    return version
