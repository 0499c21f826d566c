"""Simulate the judge: false rollbacks, detection, certification, against other judges. Seeded.

    python bench/judge.py            about ten minutes on two quiet cores
    python bench/judge.py --quick    half a minute, with wider bounds

Prints the Markdown section, writes it to bench/out/judge.md and the plots beside it. The study is
the package `bench.study`: streams, a vectorised twin of the judge that is first proven equal to the
product's own, the rivals, and the figures.
"""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    runpy.run_module("bench.study", run_name="__main__")
