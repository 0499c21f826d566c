"""A process that writes to a ledger, to be raced and killed by tests.

    python -m tests.edge.store.writer STORE STREAM NAME COUNT

Appends COUNT batches of three facts `NAME-<batch>-<0..2>`, again after each Conflict, and prints
the seq of a batch's first fact once the append has returned: that is its acknowledgement.
"""

from __future__ import annotations

import sys

from placid.base.errors import Conflict
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import open_ledger


def write(ledger: Ledger, stream: str, name: str, count: int) -> None:
    """All batches, one after another."""
    for batch in range(count):
        while True:
            end = ledger.end(stream)
            try:
                ledger.append(stream, end, [f"{name}-{batch}-{n}".encode() for n in range(3)])
            except Conflict:
                continue
            break
        print(end + 1, flush=True)


if __name__ == "__main__":
    _, store, stream, name, count = sys.argv
    with open_ledger(store) as ledger:
        write(ledger, stream, name, int(count))
