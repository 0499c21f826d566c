"""A Node service: installed by its own lock file, built and started by its own scripts."""

from __future__ import annotations

import msgspec

from placid.formats.guessing.found import Found, Tree, port_doubt

_CODE = (".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".jsx")
_KNOW_PORT = ("next start", "next-server", "nuxt", "serve ", "react-router-serve", "remix-serve")


class Package(msgspec.Struct):
    """The part of package.json that says how to start."""

    name: str = ""
    main: str = ""
    scripts: dict[str, str] = {}


def find(tree: Tree) -> Found | None:
    """The Node service of this tree, or None when there is no package.json that starts one."""
    if not tree.has("package.json"):
        return None
    try:
        package = msgspec.json.decode(tree.text("package.json").encode(), type=Package)
    except msgspec.MsgspecError:
        return None
    tool, install, why, unsure = _install(tree)
    started = _start(tree, package, tool)
    if started is None:
        return None
    built = ("build" in package.scripts) and (
        f" && {tool} run build",
        f'build: package.json has the script build ("{package.scripts["build"]}")',
    )
    return Found(
        run=started.run,
        build=install + (built[0] if built else ""),
        name=package.name.rpartition("/")[2],
        because=(why, *([built[1]] if built else []), *started.because),
        unsure=unsure + started.unsure,
    )


def _install(tree: Tree) -> tuple[str, str, str, tuple[str, ...]]:
    """The tool, its command that keeps to the lock, the sentence, and doubts."""
    berry = tree.has(".yarnrc.yml")
    ways = (
        ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile"),
        ("yarn.lock", "yarn", f"yarn install --{'immutable' if berry else 'frozen-lockfile'}"),
        ("bun.lock", "bun", "bun install --frozen-lockfile"),
        ("bun.lockb", "bun", "bun install --frozen-lockfile"),
        ("package-lock.json", "npm", "npm ci"),
        ("npm-shrinkwrap.json", "npm", "npm ci"),
    )
    for path, tool, command in ways:
        if tree.has(path):
            return tool, command, f"build: {path} says what to install, and it is kept to", ()
    doubt = "there is no lock file: two builds of one commit may install different packages"
    return "npm", "npm install", "build: package.json says what to install", (doubt,)


def _start(tree: Tree, package: Package, tool: str) -> Found | None:
    script = package.scripts.get("start", "")
    if script:
        run = "bun run start" if tool == "bun" else f"{tool} start"
        because = f'run: package.json has the script start ("{script}")'
        known = any(word in script + " " for word in _KNOW_PORT) or "$PORT" in script
        return Found(run, because=(because,), unsure=() if known else port_doubt(tree, *_CODE))
    for path in (package.main, "server.js", "index.js", "app.js"):
        if path and tree.has(path) and "listen(" in tree.text(path):
            because = f"run: {path} listens, and package.json has no script start"
            return Found(f"node {path}", because=(because,), unsure=port_doubt(tree, *_CODE))
    return None
