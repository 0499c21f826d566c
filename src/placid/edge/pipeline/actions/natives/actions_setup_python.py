"""`actions/setup-python`: an installed python, in an environment of the job's own.

`pip install` goes into that environment and nowhere else. In a container the image's own python is
used as it is.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from placid.base.errors import Problem
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, natives, outside
from placid.edge.pipeline.actions.paths import located
from placid.edge.pipeline.actions.toolsets.environments import Environments
from placid.edge.pipeline.actions.toolsets.pythons import implementation, pythons
from placid.edge.pipeline.actions.toolsets.tool import Asked, Tool, on_path, settle
from placid.edge.pipeline.actions.toolsets.versionfiles import Said, read
from placid.formats.versions import EVERY, Versions, npm
from placid.ports.pipeline import Command, Done, Use

_INPUTS = {
    **{"python-version": "", "python-version-file": "", "cache": "", "architecture": ""},
    **{"check-latest": "false", "token": "", "cache-dependency-path": ""},
    **{"update-environment": "true", "allow-prereleases": "false", "freethreaded": "false"},
    **{"pip-version": "", "pip-install": "", "ignore-platform-version": ""},
}


class _Made(NamedTuple):
    """A python ready to use: its folder (as GitHub's pythonLocation) and program, inside."""

    version: str
    folder: str
    program: str


def setup_python(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `python-version`, `python-path` and, when asked to cache, `cache-hit`."""
    asked = _asked(use)
    tools = pythons(use)
    made: list[_Made] = []
    differs: list[str] = []
    for one in asked:
        _only_cpython(one)
        tool, said = settle(use, settings, _first(use, tools, one), one)
        differs += [said] if said else []
        made.append(_make(use, tool, settings.cache or use.kept))
        use.say(f"Successfully set up CPython ({made[-1].version})")
    last = made[-1]
    outputs = {"python-version": last.version, "python-path": last.program}
    if use.inputs["cache"]:
        outputs["cache-hit"] = "false"
        use.say(f"{use.inputs['cache']}'s own cache is kept on this machine; nothing to restore")
    _install(use, last)
    if not boolean(use.inputs["update-environment"]):
        return Done(outputs=outputs, differs=tuple(differs))
    path = [part for one in made for part in (one.folder, os.path.join(one.folder, "bin"))]
    return Done(outputs=outputs, env=_variables(use, last), path=path, differs=tuple(differs))


def _asked(use: Use) -> list[Asked]:
    """What is asked for, the default one last."""
    texts = [line.strip() for line in use.inputs["python-version"].split("\n") if line.strip()]
    if texts:
        return [_range(use, Said(text, npm)) for text in texts]
    file = use.inputs["python-version-file"]
    if not file and (use.place.layout.workspace / ".python-version").is_file():
        file = ".python-version"
    if not file:
        use.say(
            "::warning::The `python-version` input is not set.  The version of Python currently"
            " in `PATH` will be used."
        )
        return [Asked("Python", "", EVERY, "install python3")]
    said = read(located(use, file), "python")
    if not said.text:
        raise Problem(f"No Python version was found in the file {file}")
    use.say(f"Resolved {file} as {said.text}")
    return [_range(use, said)]


def _range(use: Use, said: Said) -> Asked:
    text, previews = said.text, boolean(use.inputs["allow-prereleases"])
    plain = text
    if text.endswith("-dev"):
        plain, previews = f"~{text.removesuffix('-dev')}.0-0", True
    plain = plain.removesuffix("t") if plain[-2:-1].isdigit() else plain
    return Asked("Python", text, _wanted(said, plain), f"pyenv install {text}", previews)


def _wanted(said: Said, plain: str) -> Versions | None:
    name, rest = implementation(plain)
    return said.reader(rest or "*") if name == "cpython" else None


def _only_cpython(asked: Asked) -> None:
    name, _ = implementation(asked.text)
    if name != "cpython":
        raise Problem(
            f"{asked.text} is wanted, and placid sets up CPython only",
            fix="leave the leg out, or run it in a container with that python",
        )


def _first(use: Use, tools: Sequence[Tool], asked: Asked) -> Sequence[Tool]:
    """Without any wish the one that PATH has first."""
    if asked.text:
        return tools
    programs = [os.path.realpath(path) for path in on_path(use, "python3")[:1]]
    return [tool for tool in tools if os.path.realpath(tool.program) in programs] or tools


def _make(use: Use, tool: Tool, cache: Path) -> _Made:
    if use.place.kind == "container":
        folder = os.path.dirname(os.path.dirname(tool.program))
        return _Made(tool.version, folder, tool.program)
    made = Environments(cache / ".pythons", outside(use)).make(tool, use.place.layout.tools)
    return _Made(tool.version, str(made), str(made / "bin/python"))


def _variables(use: Use, made: _Made) -> dict[str, str]:
    """The variables that GitHub's action sets."""
    folder = made.folder
    env = {"pythonLocation": folder, "PKG_CONFIG_PATH": f"{folder}/lib/pkgconfig"}
    env |= {f"Python{number}_ROOT_DIR": folder for number in ("", "2", "3")}
    library = use.env.get("LD_LIBRARY_PATH", "")
    if use.place.kind == "host":
        env["LD_LIBRARY_PATH"] = f"{folder}/lib:{library}" if library else f"{folder}/lib"
    if os.path.exists(f"{folder}/pyvenv.cfg") and use.place.kind == "host":
        env["UV_PYTHON"] = made.program  # else `uv pip install --system` takes the user's own
    return env


def _install(use: Use, made: _Made) -> None:
    """What the inputs pip-version and pip-install ask for."""
    if use.inputs["pip-version"]:
        _pip(use, made, ["--upgrade", f"pip=={use.inputs['pip-version']}"])
    if use.inputs["pip-install"]:
        _pip(use, made, shlex.split(use.inputs["pip-install"]))


def _pip(use: Use, made: _Made, words: list[str]) -> None:
    workspace = use.place.inside(Path(use.place.layout.workspace))
    argv = (made.program, "-m", "pip", "install", *words)
    env = {**use.place.environment, **use.env}
    written: list[bytes] = []
    ended = use.place.run(Command(argv, workspace, env), written.append, use.stop)
    for line in b"".join(written).decode(errors="replace").splitlines():
        use.say(line)
    if ended.code:
        raise Problem(f"pip install {' '.join(words)} ended with exit code {ended.code}")


natives.add("actions/setup-python")(NativeAction(setup_python, _INPUTS))
