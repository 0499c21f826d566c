"""Measure everything again and write bench/RESULTS.md: `make bench`.

    python bench/run.py             every script of bench/
    python bench/run.py startup     only these; the other sections stay as they are
    python bench/run.py --saved     the same from bench/out/NAME.md, which each run leaves

Each script prints one Markdown section, beginning with `## `, to stdout; progress goes to stderr. A
section says when and on what it was measured, because they need not be of one day.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
OUT = HERE / "out"
ORDER = ("startup", "pipeline", "latency", "detect", "deploys", "kills", "judge", "audit")
TITLE = """# Measured

Made by `make bench`: one section for each script beside this file, which can be run alone. Times
are wall clock; every section names the machine it ran on, and says so when that was busy.
"""


def scripts() -> list[str]:
    """The names of the scripts, in the order the page has them."""
    mains = {path.stem for path in HERE.glob("*.py") if "__main__" in path.read_text()}
    found = mains - {"run", "audit_tree"}
    return [name for name in ORDER if name in found] + sorted(found - set(ORDER))


def machine() -> str:
    """Where and with what the numbers come about, on one line."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    told = [
        datetime.now(UTC).strftime("%Y-%m-%d"),
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        f"Linux {platform.release()}",
        f"Python {platform.python_version()}",
        said("git", "--version"),
        f"Envoy {envoy()}",
        f"commit {said('git', 'rev-parse', '--short=10', 'HEAD')}",
    ]
    return " · ".join(told)


def said(*argv: str) -> str:
    """The first line with words that a program prints, or that it is missing."""
    try:
        run = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=HERE)
    except (OSError, subprocess.CalledProcessError):
        return f"no {argv[0]}"
    return run.stdout.strip().partition("\n")[0]


def envoy() -> str:
    text = said(str(Path(sys.executable).with_name("envoy")), "--version")
    version = re.search(r"/(\d+\.\d+\.\d+)/", text)
    return version[1] if version else "missing"


def measured(name: str) -> str:
    """The section that a script prints, with the line that says where."""
    print(f"--- {name}", file=sys.stderr, flush=True)
    run = subprocess.run(
        [sys.executable, str(HERE / f"{name}.py")],
        stdout=subprocess.PIPE,
        check=True,
        cwd=HERE.parent,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.md").write_bytes(run.stdout)
    return section(name, run.stdout.decode())


def saved(name: str) -> str:
    """The section that the script's last run left in bench/out."""
    return section(name, (OUT / f"{name}.md").read_text())


def section(name: str, printed: str) -> str:
    """What a script printed, with the line that says where."""
    heading, _, body = printed.strip().partition("\n")
    if not heading.startswith("## "):
        raise SystemExit(f"bench/{name}.py must print a section that begins with '## '")
    plots = sorted((HERE / "out").glob(f"{name}-*.png"))
    shown = "".join(f"\n![{plot.stem}](out/{plot.name})\n" for plot in plots)
    return f"<!-- {name} -->\n{heading}\n\n*{machine()}*\n{body.rstrip()}\n{shown}"


def kept() -> dict[str, str]:
    """The sections of the page as it is, by script."""
    text = RESULTS.read_text() if RESULTS.exists() else ""
    parts = re.split(r"(?m)^(?=<!-- [a-z_]+ -->$)", text)
    return {
        found[1]: part.strip() + "\n" for part in parts if (found := re.match(r"<!-- (\w+)", part))
    }


def main(words: list[str]) -> None:
    sections, take = kept(), saved if "--saved" in words else measured
    asked = [word for word in words if word != "--saved"]
    for name in asked or scripts():
        sections[name] = take(name)
        page = [sections[each] for each in scripts() if each in sections]
        RESULTS.write_text("\n".join([TITLE, *page]))


if __name__ == "__main__":
    main(sys.argv[1:])
