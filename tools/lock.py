"""Resolve pyproject.toml into requirements/run.txt and dev.txt, hashed, for every platform.

    python tools/lock.py            resolve again, staying at the locked versions where they fit
    python tools/lock.py --upgrade  take the newest of everything
    python tools/lock.py --check    exit 1 when a lock is older than what it was made from

Each lock begins with a digest of the dependency tables it was made from: checking needs no network.
`dev` is resolved under the constraints of `run`, so one venv can hold both.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "requirements" / "build.in"
EXTRAS = {"run": ["local"], "dev": ["local", "postgres", "dev", "bench"]}


def wanted(extras: list[str]) -> list[str]:
    """Every requirement that the lock with these extras answers, as pyproject.toml states it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    build = [line for line in BUILD.read_text().splitlines() if not line.startswith("#")]
    listed = [item for extra in extras for item in optional[extra]]
    return sorted([project["requires-python"], *project["dependencies"], *listed, *build])


def header(name: str) -> str:
    digest = hashlib.sha256(json.dumps(wanted(EXTRAS[name])).encode()).hexdigest()[:16]
    return f"# Made by `make lock` from pyproject.toml; do not edit. Made of: {digest}\n"


def resolve(name: str, upgrade: bool) -> None:
    """Write requirements/<name>.txt. It names no index and no path of this machine."""
    output = ROOT / "requirements" / f"{name}.txt"
    extras = [word for extra in EXTRAS[name] for word in ("--extra", extra)]
    under = [] if name == "run" else ["--constraints", "requirements/run.txt"]
    quiet = ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url"]
    target = ["--universal", "--generate-hashes", "--python-version", "3.11"]
    newest = ["--upgrade"] if upgrade else []
    inputs = ["pyproject.toml", "requirements/build.in", "--output-file", str(output)]
    argv = [str(Path(sys.executable).parent / "uv"), "pip", "compile"]
    subprocess.run(
        [*argv, *quiet, *target, *newest, *extras, *under, *inputs], check=True, cwd=ROOT
    )
    output.write_text(header(name) + output.read_text())


def stale() -> list[str]:
    """The locks that were made from something else than what pyproject.toml says now."""

    def first_line(name: str) -> str:
        path = ROOT / "requirements" / f"{name}.txt"
        return path.read_text().partition("\n")[0] + "\n" if path.exists() else ""

    return [name for name in EXTRAS if first_line(name) != header(name)]


def main(argv: list[str]) -> int:
    if "--check" in argv:
        old = stale()
        for name in old:
            print(f"requirements/{name}.txt is older than pyproject.toml: run `make lock`")
        return 1 if old else 0
    for name in EXTRAS:
        resolve(name, upgrade="--upgrade" in argv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
