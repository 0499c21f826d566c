"""`actions/setup-go`: an installed Go, and its GOPATH's programs in PATH."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from placid.base.errors import Problem
from placid.edge.pipeline.actions.native import NativeAction, Settings, natives
from placid.edge.pipeline.actions.paths import home, located, shown
from placid.edge.pipeline.actions.toolsets.tool import (
    Asked,
    Tool,
    found_in,
    inner,
    on_path,
    said_by,
    settle,
)
from placid.edge.pipeline.actions.toolsets.versionfiles import read
from placid.formats.versions import EVERY, Versions, npm
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"go-version": "", "go-version-file": "", "check-latest": "false", "token": ""},
    **{
        "cache": "true",
        "cache-dependency-path": "",
        "architecture": "",
        "go-download-base-url": "",
    },
}


def setup_go(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `go-version` and `cache-hit`."""
    text = _text(use)
    tools = _gos(use)
    asked = Asked("Go", text, _wanted(text), f"install go{text}, see go.dev/dl")
    if not text:
        use.say(
            "::warning::go-version input was not specified. The action will try to use"
            " pre-installed version."
        )
        asked = asked._replace(wanted=EVERY)
    tool, said = settle(use, settings, tools, asked)
    use.say(f"Successfully set up Go version {tool.version} ({tool.program})")
    outputs = {"go-version": tool.version, "cache-hit": "false"}
    programs = home(use) / "go" / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    path = [os.path.dirname(tool.program), shown(use, programs)]
    env = {"GOTOOLCHAIN": "local"}
    return Done(outputs=outputs, env=env, path=path, differs=(said,) if said else ())


def _text(use: Use) -> str:
    text, file = use.inputs["go-version"].strip(), use.inputs["go-version-file"].strip()
    if text and file:
        use.say(
            "::warning::Both go-version and go-version-file inputs are specified, only go-version"
            " will be used"
        )
    if text or not file:
        return text
    said = read(located(use, file), "golang")
    if not said.text:
        raise Problem(f"No Go version was found in the file {file}")
    return said.text


def _wanted(text: str) -> Versions | None:
    """Go's "1.22rc1" is npm's "1.22.0-rc1"; names mean the newest that is here."""
    if text in ("stable", "latest", "oldstable"):
        return EVERY
    return npm(re.sub(r"(\d+\.\d+)(rc|beta)", r"\1.0-\2", text))


def _gos(use: Use, environ: Mapping[str, str] = os.environ) -> list[Tool]:
    found: list[Tool] = []
    if use.place.kind == "host":
        real = environ.get("HOME", "/")
        share = environ.get("XDG_DATA_HOME") or f"{real}/.local/share"
        cache = environ.get("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache"
        asdf = environ.get("ASDF_DATA_DIR") or f"{real}/.asdf"
        mise = environ.get("MISE_DATA_DIR") or f"{share}/mise"
        found += found_in([f"{cache}/go"], f"{inner('.')}/bin/go")
        found += found_in(
            [f"{real}/sdk", f"{real}/.goenv/versions", f"{mise}/installs/go"], "bin/go"
        )
        found += found_in([f"{asdf}/installs/golang"], "go/bin/go")
        found += found_in(["/usr/lib"], "bin/go")
    extra = ["/usr/local/go/bin/go"] if use.place.kind == "host" else []
    for program in [*on_path(use, "go"), *extra]:
        tool = _go(use, program)
        if tool is not None and tool not in found:
            found.append(tool)
    return found


def _go(use: Use, program: str) -> Tool | None:
    """A go by the VERSION file of its root, else by what it says of itself."""
    if use.place.kind == "host":
        program = os.path.realpath(program)
        if not os.access(program, os.X_OK):
            return None
        try:
            with open(os.path.join(os.path.dirname(program), "..", "VERSION")) as file:
                text = file.readline()
        except OSError:
            text = said_by(use, program, "version")
    else:
        text = said_by(use, program, "version")
    match = re.search(r"go(\d+\.\d+\S*)", text)
    return Tool(match[1], program) if match else None


natives.add("actions/setup-go")(NativeAction(setup_go, _INPUTS))
