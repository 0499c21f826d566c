"""Reads the workflows of published packages, and holds their graphs against a plain reading.

    python bench/published.py FOLDER... [> bench/published.json]

FOLDER holds unpacked packages (PyPI sdists, npm tarballs, sources of Debian 12: those have no
version in their name); every `.github/workflows` below one is a repository of its own. `placid run
--list` and `--graph` are called on each; the edges and the sizes of matrices are compared with what
PyYAML and twenty lines make of the files. Prints one JSON object: what was read, by package, and
every difference.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import yaml

from placid.app.planning import Ground, ground, read_one
from placid.app.sites import site
from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.outlook import JobOutlook, outlook


class Counts(msgspec.Struct):
    """Of one package. `refused` are workflows that GitHub would refuse, with the first fault."""

    package: str
    workflows: int = 0
    jobs: int = 0
    edges: int = 0
    matrices: int = 0
    legs: int = 0
    open: int = 0
    refused: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    wrong: list[str] = msgspec.field(default_factory=list[str])


class PlainJob(msgspec.Struct):
    """What is compared of a job."""

    needs: str | list[str] = ""
    strategy: dict[str, object] | str = ""


class Plain(msgspec.Struct):
    """A workflow as PyYAML reads it, with all values as text."""

    jobs: dict[str, PlainJob]


def main(folders: list[str]) -> None:
    """Read all and print what was found."""
    found = [counted(each) for each in sorted(_packages(map(Path, folders)))]
    total = Counts("all")
    for each in found:
        for name in ("workflows", "jobs", "edges", "matrices", "legs", "open"):
            setattr(total, name, getattr(total, name) + getattr(each, name))
    refused = sum(len(each.refused) for each in found)
    wrong = sum(len(each.wrong) for each in found)
    whole = {"packages": len(found), "refused": refused, "wrong": wrong}
    by = [msgspec.to_builtins(each) for each in found]
    lines = ",\n  ".join(
        json.dumps({key: value for key, value in each.items() if value}) for each in by
    )
    print(
        f'{{"all": {json.dumps({**msgspec.to_builtins(total), **whole})},\n "by": [\n  {lines}\n]}}'
    )


def _packages(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in folder.rglob(".github/workflows"):
            if path.is_dir():
                yield _named(path.parent.parent, folder), path


def _named(package: Path, folder: Path) -> str:
    """A package's name with its version, of Debian's sources as their changelog says."""
    history = package / "debian/changelog"
    if history.is_file():
        words = history.read_text("utf-8", "replace").split()
        return f"debian: {words[0]} {words[1].strip('()')}"
    parts = package.relative_to(folder).parts
    return "/".join(parts[1:] if len(parts) > 1 else parts)


def counted(package: tuple[str, Path]) -> Counts:
    """One package's workflows."""
    name, workflows = package
    counts = Counts(name)
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        shutil.copytree(workflows.parent, top / ".github", symlinks=True)
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
        for argv in (["--list"], ["--graph"]):
            _called(counts, folder, argv)
        place = site(top)
        here = ground(place, Asked(top, answer="graph"), lambda _: None)
        for path in here.paths():
            counts.workflows += 1
            _compared(counts, here, path)
    return counts


def _called(counts: Counts, folder: str, argv: list[str]) -> None:
    words = [sys.executable, "-m", "placid", "run", "--offline", *argv]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    refused = done.returncode == 2 and "Traceback" not in done.stderr
    if done.returncode and not refused:
        counts.wrong.append(f"{argv}: {done.stderr.strip().splitlines()[-1]}")


def _compared(counts: Counts, here: Ground, path: str) -> None:
    try:
        read = read_one(here, path)
    except Problem as problem:
        counts.refused[path.rpartition("/")[2]] = problem.what
        return
    known = {"github": {"event_name": "push"}, "inputs": {}, "vars": {}}
    seen = {job.id: job for job in outlook(read.workflow, known).jobs}
    plain = msgspec.convert(yaml.load(read.text, yaml.BaseLoader), Plain).jobs
    if list(seen) != list(plain):
        counts.wrong.append(f"{path}: jobs {list(seen)} and {list(plain)}")
        return
    for id, job in plain.items():
        needs = [job.needs] if isinstance(job.needs, str) else job.needs
        needs = [each.lower() for each in needs if each]
        counts.jobs += 1
        counts.edges += len(needs)
        if [each.lower() for each in seen[id].needs] != needs:
            counts.wrong.append(f"{path}: {id} needs {seen[id].needs} and {needs}")
        _matrix(counts, f"{path}: {id}", job, seen[id])


def _matrix(counts: Counts, where: str, job: PlainJob, seen: JobOutlook) -> None:
    matrix = job.strategy.get("matrix") if isinstance(job.strategy, dict) else None
    if matrix is None:
        return
    counts.matrices += 1
    if "${{" in json.dumps(matrix):
        counts.open += 1
        return
    size, legs = _size(matrix), len(seen.legs) or 1
    counts.legs += size
    if seen.runs != "no" and (seen.open_matrix or legs != size):
        counts.wrong.append(f"{where} has {legs} legs and {size}")


def _size(matrix: object) -> int:
    """How many combinations."""
    values = msgspec.convert(matrix, dict[str, list[object]])
    excluded = msgspec.convert(values.pop("exclude", []), list[dict[str, object]])
    included = msgspec.convert(values.pop("include", []), list[dict[str, object]])
    rows = [dict(zip(values, row, strict=True)) for row in itertools.product(*values.values())]
    rows = [row for row in rows if values and not any(_holds(row, each) for each in excluded)]
    pairs = [{key: value for key, value in each.items() if key in values} for each in included]
    return len(rows) + sum(not any(_holds(row, each) for row in rows) for each in pairs)


def _holds(row: Mapping[str, object], pairs: Mapping[str, object]) -> bool:
    return all(key in row and row[key] == value for key, value in pairs.items())


if __name__ == "__main__":
    main(sys.argv[1:])
