"""Draw what a real run of `placid demo` printed as an SVG, the picture of the README.

    python -m tools.picture docs/demo.svg              run the demo, then draw it
    python -m tools.picture docs/demo.svg --from FILE  draw what was recorded before

Nothing is added to the text or left out of it; the font is the reader's own.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 100
FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*", re.S)


def record() -> str:
    """What the demo prints to a person, story and results together."""
    placid = Path(sys.executable).with_name("placid")
    seen = {**os.environ, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1"}
    run = subprocess.run(
        [str(placid), "demo"],
        env=seen,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    return run.stdout.decode()


def draw(text: str) -> str:
    """The SVG of a terminal that shows `text`, which may hold ANSI colours."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(text.replace("\r", "")))
        svg = console.export_svg(title="placid demo", theme=MONOKAI, unique_id="placid")
    return FONT_FROM_ELSEWHERE.sub("", svg)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("svg", type=Path)
    parser.add_argument("--from", dest="recorded", type=Path, help="a recording, instead of a run")
    given = parser.parse_args()
    text = given.recorded.read_text() if given.recorded else record()
    given.svg.write_text(draw(text))


if __name__ == "__main__":
    main()
