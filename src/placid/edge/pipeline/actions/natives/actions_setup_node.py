"""`actions/setup-node`: an installed node, whose global packages go into a folder of the job."""

from __future__ import annotations

import os

from placid.base.errors import Problem
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, context, natives
from placid.edge.pipeline.actions.paths import located, shown
from placid.edge.pipeline.actions.toolsets.nodes import nodes, wanted
from placid.edge.pipeline.actions.toolsets.shims import linked
from placid.edge.pipeline.actions.toolsets.tool import Asked, Tool, settle
from placid.edge.pipeline.actions.toolsets.versionfiles import read
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"always-auth": "false", "node-version": "", "node-version-file": "", "architecture": ""},
    **{"check-latest": "false", "registry-url": "", "scope": "", "token": "", "cache": ""},
    **{"package-manager-cache": "true", "cache-dependency-path": "", "mirror": ""},
    "mirror-token": "",
}
_PROGRAMS = ("node", "npm", "npx", "corepack")
_REGISTRY = "https://registry.npmjs.org"


def setup_node(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `node-version` ("v20.1.0") and `cache-hit`."""
    text = _text(use)
    outputs = {"cache-hit": "false"} if use.inputs["cache"] else {}
    env = _registry(use)
    if not text:
        return Done(outputs=outputs, env=env)
    tools = nodes(use)
    asked = Asked("Node.js", text, wanted(text, tools), f"nvm install {text}")
    tool, said = settle(use, settings, tools, asked)
    use.say(f"Node.js {tool.version} from {tool.program}")
    outputs["node-version"] = f"v{tool.version}"
    folder, more = _placed(use, tool)
    differs = (said,) if said else ()
    return Done(outputs=outputs, env={**env, **more}, path=[folder], differs=differs)


def _text(use: Use) -> str:
    text, file = use.inputs["node-version"].strip(), use.inputs["node-version-file"].strip()
    if text and file:
        use.say(
            "::warning::Both node-version and node-version-file inputs are specified, only"
            " node-version will be used"
        )
    if text or not file:
        return text
    said = read(located(use, file), "nodejs")
    if not said.text:
        raise Problem(f"No Node.js version was found in the file {file}")
    use.say(f"Resolved {file} as {said.text}")
    return said.text


def _placed(use: Use, tool: Tool) -> tuple[str, dict[str, str]]:
    """The folder for PATH, and what makes npm install globally in the job's own folder."""
    if use.place.kind == "container":
        return os.path.dirname(tool.program), {}
    folder = linked(use.place.layout.tools, "node", tool, _PROGRAMS)
    return str(folder), {"NPM_CONFIG_PREFIX": str(folder.parent)}


def _registry(use: Use) -> dict[str, str]:
    """The .npmrc that `registry-url` asks for, as the action writes it, and its variables."""
    url = use.inputs["registry-url"].strip()
    if not url:
        return {}
    url = url.rstrip("/") + "/"
    scope = use.inputs["scope"].strip()
    if not scope and "npm.pkg.github.com" in url:
        scope = context(use, "repository_owner")
    if scope:
        scope = f"{scope if scope.startswith('@') else '@' + scope}:".lower()
    lines = [f"{url.partition(':')[2]}:_authToken=${{NODE_AUTH_TOKEN}}", f"{scope}registry={url}"]
    if boolean(use.inputs["always-auth"]):
        lines.append("always-auth=true")
    path = use.place.layout.temp / ".npmrc"
    path.write_text("\n".join(lines) + "\n")
    token = use.env.get("NODE_AUTH_TOKEN") or "XXXXX-XXXXX-XXXXX-XXXXX"
    return {"NPM_CONFIG_USERCONFIG": shown(use, path), "NODE_AUTH_TOKEN": token}


natives.add("actions/setup-node")(NativeAction(setup_node, _INPUTS))
