"""Environments for Python in which `pip install` works, and which touch no other.

    <cache>/<hash>/seed, program  made once for each python of this machine: pip
    <cache>/<hash>/python         links to its standard library, to be copied
    <tools>/Python/<version>/x64  the copy for one job, in place of GitHub's tool cache

As on GitHub such a python is an installation and no virtual environment (`uv pip install --system`
would look past one, at the user's own). A python that will not be moved like that (Debian's looks
elsewhere for packages) gets a virtual environment. Both are made by hand, since `python -m venv`
takes seconds; pip stays in the seed, which a .pth file puts last in sys.path, as a thousand files
need not be copied. A pip that the job installs comes before it; pip itself leaves the seed alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.actions.locking import alone
from placid.edge.pipeline.actions.programs import Outside, Ran
from placid.edge.pipeline.actions.toolsets.tool import Tool, architecture

_FORMAT = "4"
_SHEBANG = 120  # characters that a kernel reads of the first line
_LOOK = """
import glob, os, sys
print("%d.%d" % sys.version_info[:2])
print(os.path.realpath(sys.executable))
print(os.path.dirname(os.path.realpath(os.__file__)))
print(sys.base_prefix)
for place in [p + "/ensurepip/_bundled" for p in sys.path if p] + ["/usr/share/python-wheels"]:
    for name in ("pip", "setuptools"):
        for wheel in glob.glob(place + "/" + name + "-*.whl"):
            print(wheel)
"""
_CHECK = """
import sys, sysconfig, ctypes, zlib, ssl
print(sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"), sysconfig.get_path("scripts"))
"""
_LAUNCHER = """#!{first}
import re, sys
from pip._internal.cli.main import main
if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw|\\.exe)?$", "", sys.argv[0])
    sys.exit(main())
"""
_LEFT = ("site-packages", "dist-packages", "EXTERNALLY-MANAGED")


class _Base(NamedTuple):
    """The python that an environment is made of: its program, standard library and prefix."""

    minor: str
    program: str
    library: str
    prefix: str
    wheels: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"python{self.minor}"

    @property
    def old(self) -> bool:
        """Whether it comes with setuptools."""
        return tuple(map(int, self.minor.split("."))) < (3, 12)


class Environments:
    """Makes environments; `cache` is a folder that outlives runs."""

    def __init__(self, cache: Path, outside: Outside) -> None:
        # A job's ~/.cache is a link that goes with the job; what is written down here stays.
        self._folder, self._outside = Path(os.path.realpath(cache)), outside

    def make(self, tool: Tool, tools: Path) -> Path:
        """An environment of that python below the job's tools; one that is there is taken."""
        target = tools / "Python" / tool.version / architecture()
        if (target / "bin/python").exists():
            return target
        template = self._template(tool)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".new-{os.getpid()}-{target.name}")
        self._run("cp", "-a", str(template / "python"), str(fresh))
        _share(template / "program", fresh / "bin")
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
                fresh.mkdir()
                self._build(tool, fresh, template)
                fresh.rename(template)
        return template

    def _build(self, tool: Tool, fresh: Path, template: Path) -> None:
        """Make a template in the folder `fresh`, which is then renamed."""
        base, python, program = self._base(tool), fresh / "python", fresh / "program"
        _installation(base, python, program)
        if not self._moved(base, python):
            program.unlink()
            _virtual(base, python, tool.version)
        seed = fresh / "seed"
        _unpack([wheel for wheel in base.wheels if base.old or "/pip-" in wheel], seed)
        if not (seed / "pip").is_dir():
            raise Problem(
                f"Python {tool.version} at {tool.program} comes without pip's wheel",
                fix="install python3-venv, or a python by pyenv or uv",
            )
        for name in ("pip", "pip3", f"pip{base.minor}"):
            (python / "bin" / name).touch(mode=0o755)
        link = python / "lib" / base.name / "site-packages" / "placid-seed.pth"
        link.write_text(f"import site; site.addsitedir({str(template / 'seed')!r})\n")
        if program.exists():
            (python / "bin" / base.name).unlink()

    def _base(self, tool: Tool) -> _Base:
        minor, program, library, prefix, *wheels = self._run(tool.program, "-I", "-c", _LOOK).split(
            "\n"
        )
        return _Base(minor, program, library, prefix, tuple(wheels))

    def _moved(self, base: _Base, fresh: Path) -> bool:
        """Whether the copy takes its own folder for its home, and can be used."""
        ran = self._ask(str(fresh / "bin/python"), "-I", "-c", _CHECK)
        site, scripts = fresh / "lib" / base.name / "site-packages", fresh / "bin"
        return ran.code == 0 and ran.text == f"{fresh} {fresh} {site} {scripts}"

    def _ask(self, *argv: str) -> Ran:
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/"}
        return self._outside.run(argv, env)

    def _run(self, *argv: str) -> str:
        ran = self._ask(*argv)
        if ran.code:
            said = (ran.err or ran.text).strip().splitlines() or ["no reason given"]
            raise Problem(f"{argv[0]} failed: {said[-1]}")
        return ran.text


def _installation(base: _Base, fresh: Path, program: Path) -> None:
    """A python in a folder of its own: `program` becomes a copy, the library links."""
    _begin(base, fresh)
    for name in os.listdir(base.library):
        if name not in _LEFT:
            (fresh / "lib" / base.name / name).symlink_to(os.path.join(base.library, name))
    for folder in ("lib", "include"):
        for name in _listed(os.path.join(base.prefix, folder)):
            if name.startswith(("libpython", "pkgconfig")) or folder == "include":
                (fresh / folder / name).symlink_to(os.path.join(base.prefix, folder, name))
    program.unlink(missing_ok=True)
    shutil.copy2(base.program, program)
    _share(program, fresh / "bin")


def _virtual(base: _Base, fresh: Path, version: str) -> None:
    _begin(base, fresh)
    home = os.path.dirname(base.program)
    (fresh / "lib64").symlink_to("lib")
    (fresh / "bin" / base.name).symlink_to(base.program)
    text = f"home = {home}\ninclude-system-site-packages = false\nversion = {version}\n"
    (fresh / "pyvenv.cfg").write_text(text)


def _begin(base: _Base, fresh: Path) -> None:
    """The folders, and the names that python goes by."""
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in (f"lib/{base.name}/site-packages", "bin", "include"):
        (fresh / folder).mkdir(parents=True)
    for name in ("python", "python3"):
        (fresh / "bin" / name).symlink_to(base.name)


def _share(program: Path, folder: Path) -> None:
    """Put the program of an installation into its `bin`. It is ours and never written to, so that
    jobs can share it."""
    if not program.exists():
        return
    target = folder / os.readlink(folder / "python")
    with suppress(OSError):
        os.link(program, target)
    if not target.exists():
        shutil.copy2(program, target)


def _listed(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []


def _unpack(wheels: Sequence[str], site: Path) -> None:
    """Install the wheels; the first one of each name counts."""
    site.mkdir()
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
