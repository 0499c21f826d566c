"""A Go service: the module's main package, built into bin/."""

from __future__ import annotations

import re

from placid.formats.guessing.found import Found, Tree, port_doubt

_LIKELY = ("server", "api", "web", "app", "service")


def find(tree: Tree) -> Found | None:
    """The Go service of this tree, or None when there is no module with a main package."""
    if not tree.has("go.mod"):
        return None
    declared = re.search(r"^module\s+(\S+)", tree.text("go.mod"), re.MULTILINE)
    name = re.sub(r"/v\d+$", "", declared[1]).rpartition("/")[2] if declared else "app"
    mains = _mains(tree)
    if not mains:
        return None
    ranks = ["", name, *_LIKELY]
    chosen = min(mains, key=lambda path: (_rank(path, ranks), path))
    others = ", ".join(f"./{path}" for path in sorted(mains) if path != chosen)
    package = f"./{chosen}" if chosen else "."
    unsure = (f"other main packages are there too: {others}",) if others else ()
    return Found(
        run="./bin/app",
        build=f"go build -o bin/app {package}",
        name=name,
        because=(f"build: go.mod, and a main function in {mains[chosen]}",),
        unsure=unsure + port_doubt(tree, ".go"),
    )


def _mains(tree: Tree) -> dict[str, str]:
    """Folders with a main package, and the place of its main function."""
    mains: dict[str, str] = {}
    for path, text in tree.code(".go"):
        found = re.search(r"^func main\(\)", text, re.MULTILINE)
        if found and re.search(r"^package main\b", text, re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            mains.setdefault(path.rpartition("/")[0], f"{path}:{line}")
    return mains


def _rank(path: str, ranks: list[str]) -> int:
    last = path.rpartition("/")[2]
    return ranks.index(last) if last in ranks else len(ranks)
