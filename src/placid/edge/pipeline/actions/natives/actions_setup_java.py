"""`actions/setup-java`: an installed JDK. Which company built it cannot be chosen here."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from placid.base.errors import Problem
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, natives
from placid.edge.pipeline.actions.paths import located
from placid.edge.pipeline.actions.toolsets.tool import (
    Asked,
    Tool,
    architecture,
    on_path,
    said_by,
    settle,
)
from placid.edge.pipeline.actions.toolsets.versionfiles import read
from placid.formats.versions import Versions, npm
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"java-version": "", "java-version-file": "", "distribution": "", "java-package": "jdk"},
    **{"architecture": "", "jdk-file": "", "jdkfile": "", "check-latest": "false"},
    **{"force-download": "false", "set-default": "true", "verify-signature": "false"},
    **{"verify-signature-public-key": "", "server-id": "github", "server-username": ""},
    **{"server-username-env-var": "", "server-password": "", "server-password-env-var": ""},
    **{"settings-path": "", "overwrite-settings": "true", "gpg-private-key": ""},
    **{"gpg-passphrase": "", "gpg-passphrase-env-var": "", "cache": "", "cache-jdk": ""},
    **{"cache-dependency-path": "", "cache-path": "", "cache-read-only": "false"},
    **{"job-status": "", "token": "", "mvn-toolchain-id": "", "mvn-toolchain-vendor": ""},
    **{"show-download-progress": "false", "problem-matcher": "true"},
}
_FOLDERS = ("/usr/lib/jvm", "/opt/java", "/usr/java", "~/.sdkman/candidates/java", "~/.jdks")


def setup_java(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `distribution`, `version`, `path`; `cache-hit` when asked to cache."""
    tools = _jdks(use)
    env: dict[str, str] = {}
    path: list[str] = []
    differs: list[str] = []
    outputs = {"distribution": use.inputs["distribution"]}
    for text in _texts(use):
        asked = Asked("Java", text, _wanted(text), f"install a JDK {text}")
        tool, said = settle(use, settings, tools, asked)
        differs += [said] if said else []
        folder = os.path.dirname(os.path.dirname(tool.program))
        use.say(f"Java {tool.version} at {folder}")
        major = tool.version.partition(".")[0]
        env[f"JAVA_HOME_{major}_{architecture().upper()}"] = folder
        outputs |= {"version": tool.version, "path": folder}
        if boolean(use.inputs["set-default"]):
            env["JAVA_HOME"] = folder
            path.append(os.path.join(folder, "bin"))
    if use.inputs["cache"]:
        outputs["cache-hit"] = "false"
    if use.inputs["gpg-private-key"]:
        differs.append("the gpg-private-key of actions/setup-java was not imported")
    return Done(outputs=outputs, env=env, path=path, differs=tuple(differs))


def _texts(use: Use) -> list[str]:
    lines = [line.strip() for line in use.inputs["java-version"].split("\n") if line.strip()]
    file = use.inputs["java-version-file"].strip()
    if not use.inputs["distribution"] and not file:
        raise Problem("Input required and not supplied: distribution")
    if lines:
        return lines
    if not file:
        raise Problem("java-version or java-version-file input expected")
    text = read(located(use, file), "java").text.removeprefix("java=")
    match = re.search(r"\d+(?:\.\d+)*(?:\+\d+)?", text)
    if not match:
        raise Problem(f"No supported version was found in file {file}")
    return [match[0]]


def _wanted(text: str) -> Versions | None:
    if text == "latest":
        return npm("*")
    return npm(text.removesuffix("-ea").partition("+")[0])


def _jdks(use: Use, environ: Mapping[str, str] = os.environ) -> list[Tool]:
    found: list[Tool] = []
    if use.place.kind == "host":
        for folder in _homes(environ):
            tool = _released(folder)
            if tool is not None and tool not in found:
                found.append(tool)
    for program in on_path(use, "java"):
        real = os.path.realpath(program) if use.place.kind == "host" else program
        if real not in {os.path.realpath(tool.program) for tool in found}:
            match = re.search(r'version "([^"]+)"', said_by(use, program, "-version"))
            found += [Tool(_modern(match[1]), real)] if match else []
    return found


def _homes(environ: Mapping[str, str]) -> list[str]:
    """Folders that may be a JDK's."""
    homes = [value for name, value in environ.items() if name.startswith("JAVA_HOME")]
    cache = environ.get("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache"
    for folder in map(os.path.expanduser, _FOLDERS):
        if os.path.isdir(folder):
            homes += [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    if os.path.isdir(cache):
        for kind in (name for name in os.listdir(cache) if name.startswith("Java_")):
            versions = os.listdir(os.path.join(cache, kind))
            homes += [os.path.join(cache, kind, name, architecture()) for name in versions]
    return homes


def _released(folder: str) -> Tool | None:
    """A JDK by the file `release` in its folder."""
    program = os.path.join(os.path.realpath(folder), "bin", "java")
    try:
        with open(os.path.join(folder, "release")) as file:
            match = re.search(r'(?m)^JAVA_VERSION="([^"]+)"', file.read())
    except OSError:
        return None
    return Tool(_modern(match[1]), program) if match and os.access(program, os.X_OK) else None


def _modern(text: str) -> str:
    """Java 8 called itself 1.8.0_392."""
    old = re.match(r"1\.(\d+)\.(\d+)(?:_(\d+))?", text)
    return f"{old[1]}.{old[2]}.{old[3] or 0}" if old else text


natives.add("actions/setup-java")(NativeAction(setup_java, _INPUTS))
