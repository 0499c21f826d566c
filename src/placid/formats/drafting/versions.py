"""Which version of a language CI takes: the repository's own word, by file where a file says it."""

from __future__ import annotations

import re
from typing import NamedTuple

from placid.formats.guessing.found import Tree

_DOCKERFILES = ("Dockerfile", "Containerfile")


class Wanted(NamedTuple):
    """The input of a setup action, and a sentence; `input` "" leaves the choice to the action."""

    input: tuple[str, str]
    because: str


def wanted(tree: Tree, language: str, files: tuple[str, ...], otherwise: str) -> Wanted:
    """From the first of `files` that says one, the base image, or `otherwise`.

    language is "python" or "node", as setup actions and images are called.
    """
    for path in files:
        if _says(tree, path, language):
            name = tree.folder + path
            return Wanted((f"{language}-version-file", name), f"{language}: {name} says which")
    for path in _DOCKERFILES:
        image = re.search(
            rf"^\s*FROM\s+(?:\S+/)?{language}:(\d+(?:\.\d+)?)", tree.text(path), re.M | re.I
        )
        if image:
            because = f"{language}: {image[1]}, as {tree.folder + path} has it"
            return Wanted((f"{language}-version", image[1]), because)
    because = f"{language}: {otherwise}, as no file says which"
    return Wanted((f"{language}-version", otherwise), because)


def _says(tree: Tree, path: str, language: str) -> bool:
    if not tree.has(path):
        return False
    text = tree.text(path)
    match path:
        case ".tool-versions":
            return bool(re.search(rf"(?m)^{language}(js)?\s+\d", text))
        case "pyproject.toml":
            return bool(re.search(r"(?m)^requires-python\s*=\s*\S", text))
        case "Pipfile":
            return bool(re.search(r"(?m)^python_(full_)?version\s*=", text))
        case "package.json":
            return bool(re.search(r'"engines"\s*:\s*\{[^}]*"node"\s*:', text))
        case _:
            return bool(re.search(r"(?m)^\s*[^#\s]", text))
