"""Where `placid run` is: the repository, its `.placid`, and the few keys of placid.yaml that count.

A repository without a placid.yaml can be run, too. The file is not read whole: its other keys are
none of a run's business, and reading them takes as long as ten steps.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from placid.base.yamltext.nodes import Mapping as YamlMapping
from placid.base.yamltext.nodes import Node, Scalar, Sequence

FILE = "placid.yaml"


class Site(msgspec.Struct, frozen=True):
    """top: the repository's folder (or the one we are in); home: its `.placid`.

    app, store  as in placid.yaml; the name of the folder and the SQLite file without one
    guarded     the environments that ask for approval
    pure        the jobs whose result follows from the files that these patterns name
    """

    top: Path
    home: Path
    app: str
    store: str = ""
    guarded: frozenset[str] = frozenset()
    pure: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])


def site(folder: Path) -> Site:
    """The site around a folder."""
    folder = Path(os.path.realpath(folder))
    around = (folder, *folder.parents)
    top = next((each for each in around if (each / ".git").exists()), folder)
    for each in around[: around.index(top) + 1]:
        if (each / FILE).is_file():
            return _told(top, each)
    return Site(top, top / ".placid", _name(top.name))


def _told(top: Path, folder: Path) -> Site:
    from placid.base.yamltext.composing import compose

    root = compose((folder / FILE).read_text("utf-8", "replace"), FILE).root
    store = _text(root, "store")
    if store.startswith("$"):
        store = os.environ.get(store.strip("${}"), "")
    return Site(
        top=top,
        home=folder / ".placid",
        app=_text(root, "app") or _name(top.name),
        store=store,
        guarded=_guarded(root),
        pure=_pure(_value(root, "pipeline")),
    )


def _name(text: str) -> str:
    return text.lower() or "app"


def _value(root: Node | None, key: str) -> Node | None:
    entry = root.get(key) if isinstance(root, YamlMapping) else None
    return None if entry is None else entry.value


def _text(root: Node | None, key: str) -> str:
    value = _value(root, key)
    return value.text if isinstance(value, Scalar) else ""


def _guarded(root: Node | None) -> frozenset[str]:
    environments = _value(root, "environments")
    if not isinstance(environments, YamlMapping):
        return frozenset()
    return frozenset(
        entry.key.text
        for entry in environments.entries
        if isinstance(said := _value(entry.value, "approve"), Scalar) and said.value is True
    )


def _pure(root: Node | None) -> dict[str, tuple[str, ...]]:
    said = _value(root, "pure")
    entries = said.entries if isinstance(said, YamlMapping) else ()
    return {
        entry.key.text: tuple(each.text for each in entry.value.items if isinstance(each, Scalar))
        for entry in entries
        if isinstance(entry.value, Sequence)
    }
