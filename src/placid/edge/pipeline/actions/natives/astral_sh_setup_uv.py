"""`astral-sh/setup-uv`: the installed uv. Its cache is the machine's own, never uploaded."""

from __future__ import annotations

import os
import sys

from placid.base.errors import Problem
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, natives
from placid.edge.pipeline.actions.paths import located, shown
from placid.edge.pipeline.actions.toolsets.shims import linked
from placid.edge.pipeline.actions.toolsets.tool import (
    Asked,
    Tool,
    asked_version,
    on_path,
    settle,
)
from placid.edge.pipeline.actions.toolsets.versionfiles import read
from placid.formats.versions import EVERY, Versions, npm, python
from placid.ports.pipeline import Command, Done, Use

_INPUTS = {
    **{"version": "", "version-file": "", "python-version": "", "activate-environment": "false"},
    **{"venv-path": "", "working-directory": "", "checksum": "", "github-token": ""},
    **{"enable-cache": "auto", "cache-dependency-glob": "", "restore-cache": "true"},
    **{"save-cache": "true", "cache-suffix": "", "cache-local-path": "", "prune-cache": "true"},
    **{"cache-python": "false", "ignore-nothing-to-cache": "false", "tool-dir": ""},
    **{"ignore-empty-workdir": "false", "tool-bin-dir": "", "manifest-file": ""},
    **{"add-problem-matchers": "true", "resolution-strategy": "highest", "server-url": ""},
}


def setup_uv(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `uv-version`, `uv-path`, `uvx-path`, `cache-hit`, `venv` and
    `python-version`."""
    text = _text(use)
    tool, said = settle(
        use, settings, _uvs(use), Asked("uv", text, _wanted(text), f"install uv {text}".strip())
    )
    folder = os.path.dirname(tool.program)
    if use.place.kind == "host":
        folder = str(linked(use.place.layout.tools, "uv", tool, ("uv", "uvx")))
    use.say(f"uv {tool.version} from {tool.program}")
    outputs = {"uv-version": tool.version, "uv-path": f"{folder}/uv", "uvx-path": f"{folder}/uvx"}
    outputs["cache-hit"] = "false"
    env: dict[str, str] = {}
    path = [folder]
    wish = use.inputs["python-version"].strip()
    if wish:
        env["UV_PYTHON"] = outputs["python-version"] = wish
    for name, variable in (("tool-dir", "UV_TOOL_DIR"), ("tool-bin-dir", "UV_TOOL_BIN_DIR")):
        if use.inputs[name]:
            env[variable] = shown(use, located(use, use.inputs[name]))
    if boolean(use.inputs["activate-environment"]):
        venv = _environment(use, tool, wish)
        outputs["venv"] = env["VIRTUAL_ENV"] = venv
        path.append(os.path.join(venv, "bin"))
    return Done(outputs=outputs, env=env, path=path, differs=(said,) if said else ())


def _text(use: Use) -> str:
    text, file = use.inputs["version"].strip(), use.inputs["version-file"].strip()
    if text or not file:
        return text
    return read(located(use, file), "uv").text


def _wanted(text: str) -> Versions | None:
    if text in ("", "latest"):
        return EVERY
    return npm(text) or python(text)


def _uvs(use: Use) -> list[Tool]:
    """Those in PATH and where uv's installer puts it; at last one that lies beside placid."""
    programs = on_path(use, "uv")
    if use.place.kind == "host":
        home = os.environ.get("HOME", "/")
        programs += [f"{home}/.local/bin/uv", f"{home}/.cargo/bin/uv", f"{sys.prefix}/bin/uv"]
    known: dict[str, Tool] = {}
    for program in programs:
        real = os.path.realpath(program) if use.place.kind == "host" else program
        if real not in known and (use.place.kind != "host" or os.access(program, os.X_OK)):
            tool = asked_version(use, program, r"(?<=uv )\d+\.\d+\S*")
            if tool is not None:
                known[real] = tool
    return list(known.values())


def _environment(use: Use, tool: Tool, wish: str) -> str:
    """The virtual environment that `activate-environment` asks for."""
    folder = located(use, use.inputs["working-directory"].strip())
    target = shown(use, located(use, use.inputs["venv-path"].strip() or str(folder / ".venv")))
    argv = (tool.program, "venv", "--allow-existing", target, *(["--python", wish] if wish else []))
    heard: list[bytes] = []
    env = {**use.place.environment, **use.env}
    ended = use.place.run(Command(argv, shown(use, folder), env), heard.append, use.stop)
    if ended.code:
        said = b"".join(heard).decode(errors="replace").strip()
        raise Problem(f"uv venv ended with exit code {ended.code}: {said}")
    return target


natives.add("astral-sh/setup-uv")(NativeAction(setup_uv, _INPUTS))
