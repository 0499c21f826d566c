"""`placid run` on the command line.

`main` is the fast way, taken by `placid run ...`; the click command (in `help`) is there for
`--help`, for completion, and for whoever lists all commands.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from placid.faces.running.asking import Surroundings, ask_person, asked_of
from placid.faces.running.options import parse

if TYPE_CHECKING:
    from placid.core.pipeline.asked import Asked

HELP = frozenset(("-h", "--help"))


def wants_help(argv: Sequence[str]) -> bool:
    """Whether help is asked for, before a `--`."""
    options = argv[: argv.index("--")] if "--" in argv else argv
    return not HELP.isdisjoint(options)


def asked(argv: Sequence[str]) -> Asked:
    """What the arguments ask for, in this folder and environment."""
    ask = ask_person if sys.stdin is not None and sys.stdin.isatty() else None
    return asked_of(parse(argv), Surroundings(Path.cwd(), os.environ, _warn, ask))


def go(argv: Sequence[str]) -> int:
    """Run, and the exit code: 0 only on success."""
    wanted = asked(argv)
    from placid.faces.running.start import start

    gc.freeze()
    gc.enable()
    return start(wanted)


def main(argv: Sequence[str]) -> None:
    """The whole command, with its exit."""
    from placid.faces.exits import exiting

    with exiting():
        sys.exit(go(argv))


def _warn(text: str) -> None:
    print(text, file=sys.stderr)
