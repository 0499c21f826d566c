"""The pythons on this machine: pyenv's, uv's, mise's, asdf's, GitHub's tool cache, the system's.

Their folders say which versions they are; only those of the system are asked. Virtual environments
do not count.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from placid.edge.pipeline.actions.toolsets.tool import (
    Tool,
    asked_version,
    found_in,
    inner,
    on_path,
)
from placid.ports.pipeline import Use

_NAMES = (*(f"python3.{minor}" for minor in range(6, 21)), "python3", "python")


def pythons(use: Use, environ: Mapping[str, str] = os.environ) -> list[Tool]:
    """All of them; those of managers before the system's."""
    if use.place.kind == "container":
        return _asked(use)
    home = environ.get("HOME", "/")
    share = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    cache = [environ.get(name, "") for name in ("RUNNER_TOOL_CACHE", "AGENT_TOOLSDIRECTORY")]
    caches = [folder for folder in (*cache, "/opt/hostedtoolcache") if folder]
    found = [
        tool
        for folder in caches
        for tool in found_in([f"{folder}/Python"], f"{inner('.')}/bin/python")
    ]
    managers = (
        f"{environ.get('PYENV_ROOT') or f'{home}/.pyenv'}/versions",
        f"{environ.get('UV_PYTHON_INSTALL_DIR') or f'{share}/uv/python'}",
        f"{environ.get('MISE_DATA_DIR') or f'{share}/mise'}/installs/python",
        f"{environ.get('ASDF_DATA_DIR') or f'{home}/.asdf'}/installs/python",
    )
    found += [tool for tool in found_in(managers, "bin/python3") if _is_cpython(tool.program)]
    return [tool for tool in found if not _is_virtual(tool.program)] + _asked(use)


def _is_cpython(program: str) -> bool:
    """By the name of its folder: "3.12.1" or "cpython-3.12.1-...", not "pypy3.10-7.3"."""
    name = program.split("/")[-3]
    return name[:1].isdigit() or name.startswith("cpython-")


def _asked(use: Use) -> list[Tool]:
    """Those in PATH, each asked once for its version."""
    known: dict[str, Tool] = {}
    for name in _NAMES:
        for program in on_path(use, name):
            real = os.path.realpath(program) if use.place.kind == "host" else program
            if real in known or _is_virtual(program):
                continue
            tool = asked_version(use, program, r"(?<=Python )\d+\.\d+\S*")
            if tool is not None and not tool.version.startswith("2."):
                known[real] = tool
    return list(known.values())


def _is_virtual(program: str) -> bool:
    """Whether it belongs to a virtual environment."""
    return os.path.exists(os.path.join(os.path.dirname(os.path.dirname(program)), "pyvenv.cfg"))


def implementation(text: str) -> tuple[str, str]:
    """What `python-version` names, and the range: "pypy3.10" is ("pypy", "3.10")."""
    match = re.match(r"(pypy|graalpy|cpython)-?(.*)", text, re.IGNORECASE)
    name, rest = (match[1].lower(), match[2]) if match else ("cpython", text)
    return name, rest.partition("-")[0] if name == "pypy" else rest
