"""How long `placid check` takes, beside what people run today, on the same trees in one go.

Two trees are generated (see `audit_tree`): a product of 1,500 files and a platform of 5,500 with
2,300 YAML files. zizmor and kingfisher are the binaries that placid brings; checkov and
detect-secrets are installed by uv into its own cache, outside of this project. Commands are run in
turn, so that a noisy moment meets all of them.
"""

from __future__ import annotations

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.audit_tree import SHAPES, files, write

RUNS, SLOW_RUNS = 7, 1
BIN = Path(sys.executable).parent
CHECKOV = "checkov -d . --compact --quiet --skip-download --framework"


def commands(uv: str | None) -> dict[str, tuple[list[str], int]]:
    """Each command and how often it is run: what takes a minute is run once."""
    placid, zizmor = str(BIN / "placid"), str(BIN / "zizmor")
    known = {
        "placid check --no-secrets": [placid, "check", "--no-secrets", "--fail-on", "never"],
        "placid check": [placid, "check", "--fail-on", "never"],
        "zizmor --offline": [zizmor, "--offline", "--no-exit-codes", "--quiet", "."],
    }
    all_of_them = {name: (argv, RUNS) for name, argv in known.items()}
    if uv:
        run = [uv, "tool", "run", "--quiet"]
        frameworks = ["github_actions", "kubernetes", "dockerfile"]
        checkov = [*run, *CHECKOV.split(), *frameworks]
        secrets = [*run, "detect-secrets", "scan", "--all-files", "-n"]
        all_of_them["checkov (actions, kubernetes, dockerfile)"] = (checkov, SLOW_RUNS)
        all_of_them["detect-secrets scan -n"] = (secrets, SLOW_RUNS)
    return all_of_them


def timed(argv: list[str], where: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(argv, cwd=where, capture_output=True, check=False)
    return time.perf_counter() - begun


def table(where: Path, uv: str | None) -> list[str]:
    """A row for each command: median, range, and times of `placid check --no-secrets`."""
    wanted = commands(uv)
    took: dict[str, list[float]] = {name: [] for name in wanted}
    for argv, _ in wanted.values():
        subprocess.run([*argv[:1], "--version"], cwd=where, capture_output=True, check=False)
    for turn in range(RUNS):
        for name, (argv, runs) in wanted.items():
            if turn < runs:
                took[name].append(timed(argv, where))
    base = statistics.median(took["placid check --no-secrets"])
    return [
        f"| `{name}` | {statistics.median(each):.2f} s | {min(each):.2f} - {max(each):.2f} s"
        f" | {statistics.median(each) / base:.1f} | {len(each)} |"
        for name, each in took.items()
    ]


def started() -> str:
    """What the command costs where there is nothing to check."""
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["git", "init", "-q", name], check=True)
        Path(name, "notes.txt").write_text("nothing\n")
        argvs = {
            "placid": [str(BIN / "placid"), "check", "--no-secrets"],
            "python": [sys.executable, "-c", "pass"],
        }
        took: dict[str, list[float]] = {each: [] for each in argvs}
        for _ in range(15):
            for each, argv in argvs.items():
                took[each].append(timed(argv, Path(name)))
    placid, python = (statistics.median(took[each]) * 1000 for each in ("placid", "python"))
    more = placid - python
    return f"An empty repository takes {placid:.0f} ms, {more:.0f} ms more than `python -c pass`."


def main() -> None:
    compileall.compile_dir(BIN.parent.parent / "src", quiet=1)  # as an installed package is
    uv = shutil.which("uv", path=f"{BIN}:{os.environ.get('PATH', '')}")
    print("## The audit\n")
    print(f"Medians of {RUNS} runs taken in turn ({SLOW_RUNS} of what is slow). {started()}\n")
    for shape in SHAPES:
        with tempfile.TemporaryDirectory(prefix="placid-bench-") as name:
            made = files(SHAPES[shape])
            write(Path(name), made)
            count = sum(path.endswith((".yaml", ".yml")) for path in made)
            print(f"\n### {shape}: {len(made)} files, {count} of them YAML\n")
            print("| command | median | range | times | runs |")
            print("| --- | --- | --- | --- | --- |")
            print("\n".join(table(Path(name), uv)))


if __name__ == "__main__":
    main()
