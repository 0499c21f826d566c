"""Feed the audit with broken files until a time is up; say which input made it fall over or hang.

    python -m tools.fuzz SECONDS [SEED]

Seeds are the repositories of all `.case` files. Each turn cuts, repeats, swaps and spoils some of
their text, then asks every rule. What fails is written to a folder, to be tried again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from datetime import date
from pathlib import Path

from placid.core.audit.audit import ask, every_rule, findings
from placid.core.audit.fixing import applied, chosen
from placid.core.audit.model import Repository
from tests.audit.test_cases import ALL, files, sections
from tests.audit.trees import Files

SLOW = 10.0
SPOILERS = (
    "\t",
    "\r\n",
    "\ufeff",
    "\0",
    "é",
    "\U0001f600",
    "{{",
    "${{",
    "}}",
    "- ",
    ": ",
    "&a ",
    "*a",
    "<<: ",
    "!!",
    "|",
    ">",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    "\\",
    "#",
    "%",
    "@",
    "`",
    "~",
    "null",
    "---\n",
    "...\n",
    "<<EOF\n",
    "ONBUILD ",
    "FROM ",
    "\n\n",
    "9" * 400,
    "x" * 5000,
    "[" * 300,
    "0x",
    "1e999",
    "\x7f",
    "\x1b[",
)


def seeds() -> list[dict[str, str]]:
    """The repositories of every case."""
    return [
        files(body)
        for case in ALL
        for kind, body in sections(case.read_text())
        if kind in {"bad", "good"}
    ]


def spoiled(draw: random.Random, text: str) -> str:
    """The text after a few accidents."""
    for _ in range(draw.randint(1, 6)):
        at = draw.randint(0, len(text))
        end = min(len(text), at + draw.choice((0, 1, 3, 20, 200)))
        kind = draw.randrange(4)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + draw.choice(SPOILERS) + text[at:]
        elif kind == 2:
            text = text[:end] + text[at:end] * draw.randint(1, 5) + text[end:]
        else:
            lines = text.split("\n")
            draw.shuffle(lines)
            text = "\n".join(lines)
    return text


def audited(made: dict[str, str | bytes]) -> None:
    """Every rule, and every fix put in."""
    there = Repository(Files(made), date(2026, 11, 23), whole=len(made) % 3 != 0)
    said = [each for _, rule in every_rule() for each in ask(rule, there, there.paths)]
    applied(there, chosen(findings(there, said), unsafe=True))


def main() -> int:
    limit = time.monotonic() + float(sys.argv[1])
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    known, turns, failed = seeds(), 0, set[str]()
    out = Path(tempfile.mkdtemp(prefix="placid-fuzz-"))
    while time.monotonic() < limit:
        turns += 1
        made: dict[str, str | bytes] = {
            path: spoiled(draw, text) if draw.random() < 0.8 else text
            for path, text in draw.choice(known).items()
        }
        begun = time.monotonic()
        try:
            audited(made)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} {last.filename}:{last.lineno}"
        else:
            took = time.monotonic() - begun
            where = f"took {took:.0f} s" if took > SLOW else ""
        if where and where not in failed:
            failed.add(where)
            print(where, flush=True)
            (out / f"{len(failed)}.txt").write_text(repr(made) + "\n" + traceback.format_exc())
    print(f"{turns} turns, {len(failed)} failures; see {out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
