"""Environments for Python in which `pip install` works, and which touch no other.

    <kept>/pythons/<hash>/        made once for each python of this machine: pip, compiled
    <tools>/Python/<version>/x64  a copy for the job, in place of GitHub's tool cache

They are virtual environments made by hand, since `python -m venv` takes seconds: a link to the
python, `pyvenv.cfg`, and pip from the wheel that comes with that python.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.pipeline.actions.locking import alone
from placid.edge.pipeline.actions.programs import Outside, Ran
from placid.edge.pipeline.actions.toolsets.tool import Tool, architecture

_FORMAT = "1"
_SHEBANG = 120  # characters that a kernel reads of the first line
_WHEELS = """
import glob, os, sys
print("%d.%d" % sys.version_info[:2])
print(os.path.dirname(os.path.realpath(sys.executable)))
for place in [p + "/ensurepip/_bundled" for p in sys.path if p] + ["/usr/share/python-wheels"]:
    for name in ("pip", "setuptools"):
        for wheel in glob.glob(place + "/" + name + "-*.whl"):
            print(wheel)
"""
_LAUNCHER = """#!{first}
import re, sys
from pip._internal.cli.main import main
if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw|\\.exe)?$", "", sys.argv[0])
    sys.exit(main())
"""


class Environments:
    """Makes environments; `kept` is the folder that outlives runs."""

    def __init__(self, kept: Path, outside: Outside) -> None:
        self._folder, self._outside = kept / "pythons", outside

    def make(self, tool: Tool, tools: Path) -> Path:
        """An environment of that python below the job's tools; one that is there is taken."""
        target = tools / "Python" / tool.version / architecture()
        if (target / "bin/python").exists():
            return target
        template = self._template(tool)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".new-{os.getpid()}-{target.name}")
        self._run("cp", "-a", str(template), str(fresh))
        _write_launchers(fresh / "bin", target / "bin/python")
        try:
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh)
        return target

    def _template(self, tool: Tool) -> Path:
        real = os.path.realpath(tool.program)
        seen = os.stat(real)
        facts = (_FORMAT, real, str(seen.st_mtime_ns), str(seen.st_size))
        template = self._folder / hashlib.sha256("\0".join(facts).encode()).hexdigest()[:24]
        if template.is_dir():
            return template
        self._folder.mkdir(parents=True, exist_ok=True)
        with alone(self._folder / ".lock"):
            if not template.is_dir():
                fresh = template.with_name(f".new-{template.name}")
                shutil.rmtree(fresh, ignore_errors=True)
                self._build(tool, fresh)
                fresh.rename(template)
        return template

    def _build(self, tool: Tool, fresh: Path) -> None:
        minor, home, *wheels = self._run(tool.program, "-I", "-c", _WHEELS).split("\n")
        site = fresh / "lib" / f"python{minor}" / "site-packages"
        for folder in (site, fresh / "bin", fresh / "include"):
            folder.mkdir(parents=True)
        (fresh / "lib64").symlink_to("lib")
        (fresh / "bin/python").symlink_to(os.path.join(home, os.path.basename(_real(tool))))
        for name in ("python3", f"python{minor}"):
            (fresh / "bin" / name).symlink_to("python")
        (fresh / "pyvenv.cfg").write_text(
            f"home = {home}\ninclude-system-site-packages = false\nversion = {tool.version}\n"
        )
        old = tuple(map(int, minor.split("."))) < (3, 12)
        _unpack([wheel for wheel in wheels if old or "/pip-" in wheel], site)
        if not (site / "pip").is_dir():
            raise Problem(
                f"Python {tool.version} at {tool.program} comes without pip's wheel",
                fix="install python3-venv, or a python by pyenv or uv",
            )
        for name in ("pip", "pip3", f"pip{minor}"):
            (fresh / "bin" / name).touch(mode=0o755)
        # What does not compile (parts of a wheel for other versions) is no trouble.
        self._ask(str(fresh / "bin/python"), "-I", "-m", "compileall", "-q", str(site))

    def _ask(self, *argv: str) -> Ran:
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/"}
        return self._outside.run(argv, env)

    def _run(self, *argv: str) -> str:
        ran = self._ask(*argv)
        if ran.code:
            said = (ran.err or ran.text).strip().splitlines() or ["no reason given"]
            raise Problem(f"{argv[0]} failed: {said[-1]}")
        return ran.text


def _real(tool: Tool) -> str:
    return os.path.realpath(tool.program)


def _unpack(wheels: Sequence[str], site: Path) -> None:
    """Install the wheels; the first one of each name counts."""
    done: set[str] = set()
    for wheel in wheels:
        name = os.path.basename(wheel).partition("-")[0]
        if name not in done:
            done.add(name)
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(site)
            info = next(site.glob(f"{name}-*.dist-info"))
            (info / "INSTALLER").write_text("pip\n")


def _write_launchers(folder: Path, python: Path) -> None:
    """pip's scripts, which say where their python is."""
    first = str(python)
    if " " in first or len(first) > _SHEBANG:
        first = f"/bin/sh\n'''exec' \"{first}\" \"$0\" \"$@\"\n' '''"
    for path in folder.glob("pip*"):
        path.write_text(_LAUNCHER.format(first=first))
        path.chmod(0o755)
