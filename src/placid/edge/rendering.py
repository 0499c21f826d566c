"""Manifests as the user's own `kustomize` or `helm` renders them, when it is there.

    for each in render(root, "deploy/production"):
        each.folder, each.text              # or each.fault: why there is none

Nothing is fetched: a folder that names something outside of the machine is left alone, and plug-ins
and exec functions are never allowed. A tool that does not end in time is killed with its children.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from placid.base.yamltext import Mapping, Scalar, Sequence, compose_all

SECONDS = 20.0
MOST = 20_000_000
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_TAKING = frozenset({"resources", "bases", "components", "crds"})
_FETCHING = frozenset({"helmCharts", "helmChartInflationGenerator", "generators", "transformers"})
_FOLDERS = 500
_DEPENDENCIES = re.compile(r"^dependencies:[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a folder renders to; `fault` says why when there is no text."""

    folder: str
    text: str = ""
    fault: str = ""


def render(root: Path, folder: str, seconds: float = SECONDS) -> Rendered | None:
    """The manifests of a kustomization or chart; None when it is neither, or no tool is there."""
    there = (root / folder).resolve()
    if not there.is_relative_to(root.resolve()):
        return None
    argv = _argv(there)
    if argv is None:
        return None
    if remote := _remote(there):
        return Rendered(folder, fault=f"it needs the network: {remote}")
    return _run(folder, argv, there, seconds)


def _argv(folder: Path) -> list[str] | None:
    if any((folder / name).is_file() for name in KUSTOMIZATIONS):
        if tool := shutil.which("kustomize"):
            return [tool, "build", "."]
        tool = shutil.which("kubectl")
        return [tool, "kustomize", "."] if tool else None
    if (folder / "Chart.yaml").is_file() and (tool := shutil.which("helm")):
        return [tool, "template", "release", ".", "--skip-tests"]
    return None


def _remote(folder: Path) -> str:
    """What a folder, or one that it takes in, would fetch; "" for nothing."""
    seen: set[Path] = set()
    waiting = [folder]
    while waiting:
        now = waiting.pop()
        if now in seen:
            continue
        seen.add(now)
        if len(seen) > _FOLDERS:
            return f"more than {_FOLDERS} folders"
        for key, word in _taken_in(now):
            inner = (now / word).resolve() if word else now
            if key in _FETCHING or not inner.exists():
                return word or key
            waiting += [inner] if inner.is_dir() else []
    if _DEPENDENCIES.search(_text(folder / "Chart.yaml")) and not (folder / "charts").is_dir():
        return "the chart's dependencies are not in charts/"
    return ""


def _taken_in(folder: Path) -> Iterator[tuple[str, str]]:
    """What the kustomization of a folder takes in, with the key that says so."""
    for name in KUSTOMIZATIONS:
        documents, _ = compose_all(_text(folder / name))
        for root in (each.root for each in documents):
            for entry in root.entries if isinstance(root, Mapping) else ():
                key, value = entry.key.text, entry.value
                if key in _FETCHING:
                    yield key, ""
                if key in _TAKING and isinstance(value, Sequence):
                    yield from (
                        (key, each.text) for each in value.items if isinstance(each, Scalar)
                    )


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace") if path.is_file() else ""
    except OSError:
        return ""


def _run(folder: str, argv: list[str], cwd: Path, seconds: float) -> Rendered:
    tool = Path(argv[0]).name
    with tempfile.TemporaryDirectory(prefix="placid-render-") as home:
        out, error = Path(home, "out"), Path(home, "error")
        try:
            status = _wait(argv, cwd, Path(home), seconds)
        except OSError as problem:
            return Rendered(folder, fault=f"{tool} does not start: {problem.strerror}")
        said = [line for line in _text(error)[:10_000].splitlines() if line.strip()]
        if status is None:
            return Rendered(folder, fault=f"{tool} took more than {seconds:g} s")
        if status != 0:
            return Rendered(folder, fault=f"{tool} says: {said[-1] if said else status}")
        if out.stat().st_size > MOST:
            return Rendered(folder, fault=f"{tool} writes more than {MOST:,} bytes")
        return Rendered(folder, text=_text(out))


def _wait(argv: list[str], cwd: Path, home: Path, seconds: float) -> int | None:
    """The status of a command that writes to `out` and `error` in `home`; None when it is late."""
    env = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), "LC_ALL": "C.UTF-8"}
    env |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    with (home / "out").open("wb") as out, (home / "error").open("wb") as error:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=error,
            start_new_session=True,
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
