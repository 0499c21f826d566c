"""Where the time of a `placid run` goes: cProfile for the conducting thread and for all workers.

    cd REPOSITORY && python -m bench.pipelines.profiled [--cpu] [placid run's arguments]

(with PYTHONPATH at placid's checkout). Tables go to stderr: by own time, by all time, and who calls
what. `--cpu` counts each thread's CPU, not its waiting. Profiling doubles the cost of small
functions.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import threading
import time
from types import FrameType

TOP, CALLED = 45, 12


def main(words: list[str]) -> int:
    """Run, tell, and give the exit code of the run."""
    cpu = "--cpu" in words
    given = [word for word in words if word != "--cpu"]
    workers: list[cProfile.Profile] = []

    def made() -> cProfile.Profile:
        return cProfile.Profile(time.thread_time) if cpu else cProfile.Profile()

    def begin(frame: FrameType, event: str, argument: object) -> None:
        """A thread's first event: from now on its own profile listens."""
        workers.append(made())
        workers[-1].enable()

    threading.setprofile(begin)
    conducting = made()
    begun = time.perf_counter()
    conducting.enable()
    try:
        from placid.faces.running.cli_run import go

        code = go(given)
    finally:
        conducting.disable()
        threading.setprofile(None)
    sys.stderr.write(f"{time.perf_counter() - begun:.3f} s, {len(workers)} threads\n")
    shown("the conducting thread", [conducting])
    shown("the workers", workers)
    return code


def shown(title: str, profiles: list[cProfile.Profile]) -> None:
    """Two tables of what these profiles have seen."""
    if not profiles:
        return
    for profile in profiles:
        profile.create_stats()
    stats = pstats.Stats(*profiles, stream=sys.stderr)
    for order in ("tottime", "cumulative"):
        sys.stderr.write(f"\n== {title}, by {order}\n")
        stats.sort_stats(order).print_stats(TOP)
    sys.stderr.write(f"\n== who calls what {title} spends most on\n")
    stats.sort_stats("tottime").print_callers(CALLED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
