"""The files in which a repository says which version of a language it wants.

`read` gives the text that stands there, as the file's own kind of range; "" when it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeGuard

from placid.base.errors import Problem
from placid.formats.versions import Versions, npm, poetry, prefix, python


class Said(NamedTuple):
    """A version as a file says it, and the reader of such ranges."""

    text: str
    reader: Callable[[str], Versions | None]


def read(path: Path, language: str) -> Said:
    """What the file says for "python", "nodejs", "golang" or "java"; Problem without the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise Problem(
            f"The specified {language} version file at: {path} doesn't exist.",
            fix="correct the input, or check the repository out first",
        ) from None
    name = path.name.lower()
    if name == ".tool-versions":
        return Said(_listed(text, language), npm)
    if name == "package.json":
        return Said(_package(text), npm)
    if name in ("go.mod", "go.work"):
        return Said(_go(text), prefix)
    if name == "pipfile" or name.endswith(".toml"):
        return _toml(text)
    return Said(_first(text), npm)


def _first(text: str) -> str:
    """The first line that says something."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return next((line for line in lines if line), "")


def _listed(text: str, language: str) -> str:
    """From asdf's .tool-versions."""
    names = {"nodejs": ("nodejs", "node"), "golang": ("golang", "go")}.get(language, (language,))
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if len(words) > 1 and words[0] in names:
            return words[1].removeprefix("ref:").removeprefix("v")
    return ""


def _go(text: str) -> str:
    toolchain = re.search(r"(?m)^toolchain\s+go(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)", text)
    plain = re.search(r"(?m)^go\s+(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)", text)
    found = toolchain or plain
    return found[1] if found else ""


def _package(text: str) -> str:
    import msgspec  # noqa: PLC0415  only for this file

    try:
        data: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return ""
    volta, engines = _at(data, "volta", "node"), _at(data, "engines", "node")
    runtime = _at(data, "devEngines", "runtime")
    runtimes = runtime if _is_list(runtime) else [runtime]
    dev = [_at(one, "version") for one in runtimes if _at(one, "name") == "node"]
    return next((one for one in (volta, *dev, engines) if isinstance(one, str) and one), "")


def _toml(text: str) -> Said:
    import tomllib  # noqa: PLC0415  only for this file

    try:
        data: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return Said("", npm)
    for path, reader in (
        (("project", "requires-python"), python),
        (("tool", "poetry", "dependencies", "python"), poetry),
        (("requires", "python_full_version"), prefix),
        (("requires", "python_version"), prefix),
    ):
        value = _at(data, *path)
        if isinstance(value, str) and value:
            return Said(value, reader)
    return Said("", npm)


def _at(data: object, *path: str) -> object:
    for name in path:
        data = data.get(name) if _is_mapping(data) else None
    return data


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
