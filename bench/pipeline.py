"""What `placid run` costs over doing the same by hand, and beside a peer.

    python bench/pipeline.py [--runs 20] [PART ...]

Parts: host, jobs, containers, unchanged, logs, peer; all when none is named. Every number comes
from whole processes, run in turn with what they are held against, and each run is checked: exit
code and output. Slow parts take a share of the runs.
"""

from __future__ import annotations

import argparse
import compileall
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.ground.site import busy
from bench.pipelines.containers import containers
from bench.pipelines.host import overhead, unchanged
from bench.pipelines.jobs import scheduling
from bench.pipelines.peer import peer
from bench.pipelines.pump import pump
from bench.pipelines.racing import progress

SOURCES = Path(__file__).resolve().parent.parent / "src"
Part = Callable[[Path, int], str]
PARTS: dict[str, tuple[Part, int]] = {
    "host": (overhead, 1),
    "jobs": (scheduling, 4),
    "containers": (containers, 2),
    "unchanged": (unchanged, 1),
    "logs": (pump, 4),
    "peer": (peer, 2),
}
"""By name, with how many times fewer runs it takes."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    asked = parser.parse_args()
    compileall.compile_dir(SOURCES, quiet=1)  # as an installed package is
    found: list[str] = []
    for name in asked.parts or PARTS:
        part, share = PARTS[name]
        progress(f"{name}: {busy()}")
        with tempfile.TemporaryDirectory(prefix="placid-bench-") as folder:
            found.append(part(Path(folder).resolve(), max(1, asked.runs // share)))
    print("## `placid run`\n")
    print(
        f"Medians of {asked.runs} runs (the slow ones of fewer), each way in turn, whole processes"
        " with warm caches; output through a pipe. CPU is that of all processes a way has waited"
        " for. Differences are medians of the differences within a round.\n"
    )
    print("\n\n".join(found))
    print(f"\n{busy()}")


if __name__ == "__main__":
    main()
