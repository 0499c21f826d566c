"""Node in CI: the package manager of the lock file, the scripts of package.json."""

from __future__ import annotations

import re

import msgspec

from placid.formats.drafting.pins import TOOLS
from placid.formats.drafting.toolchain import NO_TESTS, Step, Toolchain
from placid.formats.drafting.versions import wanted
from placid.formats.guessing.found import Tree, is_test

VERSION = "24"
_FILES = (".nvmrc", ".node-version", ".tool-versions", "package.json")
_LOCKS = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
)
_INSTALL = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --frozen-lockfile",
    "berry": "yarn install --immutable",
    "bun": "bun install --frozen-lockfile",
}
_AUDIT = {
    "npm": "npm audit --omit=dev --audit-level=high",
    "pnpm": "pnpm audit --prod --audit-level high",
    "yarn": "yarn audit --groups dependencies --level critical",
    "berry": "yarn npm audit --environment production --severity high",
    "bun": "bun audit --audit-level=high",
}


class Package(msgspec.Struct, rename="camel"):
    """The part of package.json that CI asks."""

    package_manager: str = ""
    scripts: dict[str, str] = {}


def find(tree: Tree) -> Toolchain | None:
    """The toolchain of a tree with a package.json at its top, or None."""
    if not tree.has("package.json"):
        return None
    try:
        package = msgspec.json.decode(tree.text("package.json").encode(), type=Package)
    except msgspec.MsgspecError:
        return None
    lock, tool = next(((lock, tool) for lock, tool in _LOCKS if tree.has(lock)), ("", "npm"))
    kind = "berry" if tool == "yarn" and _is_berry(tree, package) else tool
    version = wanted(tree, "node", _FILES, VERSION)
    cached = [("cache", "npm")] if lock and tool == "npm" else []
    if cached and tree.folder:
        cached.append(("cache-dependency-path", tree.folder + lock))
    setup = Step(action="actions/setup-node", inputs=(version.input, *cached))
    manager = _manager(tool, kind, package)
    install = _INSTALL[kind] if lock else "npm install"
    tests, because, doubt = _tests(tree, package, tool)
    doubts = ([] if lock else ["there is no lock file: npm takes what is newest"]) + doubt
    return Toolchain(
        "Node",
        (setup, *([Step(name=f"Install {tool}", commands=manager)] if manager else [])),
        (install,),
        (*_checks(package, tool), *tests),
        (install, f"{tool} run build") if "build" in package.scripts else (),
        (_AUDIT[kind],) if lock else (),
        (version.because, *([f"install: {lock}"] if lock else []), *because),
        tuple(doubts),
    )


def _is_berry(tree: Tree, package: Package) -> bool:
    asked = package.package_manager
    return tree.has(".yarnrc.yml") or bool(re.match(r"yarn@[2-9]", asked))


def _manager(tool: str, kind: str, package: Package) -> tuple[str, ...]:
    """The commands that bring the package manager, in the version the repository asks for."""
    asked = re.match(rf"{tool}@(\d[\w.-]*)", package.package_manager)
    if tool == "npm":
        return ()
    if kind == "berry":
        return (f"npm install --global corepack@{TOOLS['corepack']}", "corepack enable")
    return (f"npm install --global {tool}@{asked[1] if asked else TOOLS[tool]}",)


def _checks(package: Package, tool: str) -> tuple[str, ...]:
    """Scripts that look without running: linters and types."""
    names = ("lint", "typecheck", "type-check")
    return tuple(f"{tool} run {name}" for name in names if name in package.scripts)


def _tests(tree: Tree, package: Package, tool: str) -> tuple[tuple[str, ...], list[str], list[str]]:
    """The commands that test, why these, and doubts."""
    script = package.scripts.get("test", "")
    if script and "no test specified" not in script:
        command = "bun run test" if tool == "bun" else f"{tool} test"
        return (command,), [f'test: package.json has the script test ("{script}")'], []
    names = [path for path in tree.files if path.startswith(tree.folder)]
    if any(is_test(path) and path.endswith((".js", ".mjs", ".cjs")) for path in names):
        return ("node --test",), ["test: files of tests are there, and no script runs them"], []
    doubt = f"{NO_TESTS}: the job only installs and looks at the code"
    return (), [], [doubt]
