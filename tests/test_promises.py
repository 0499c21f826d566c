"""README.md promises no more than tests keep, and no less."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.requirements import PROMISES

ROOT = Path(__file__).resolve().parent.parent
PROMISE = re.compile(r"^[-*] (?P<sentence>.+?)\.?\s*<!-- promise: (?P<id>[a-z-]+) -->", re.M | re.S)


def promised() -> dict[str, str]:
    """The sentences of the README that carry an id, on one line each."""
    text = (ROOT / "README.md").read_text()
    items = re.split(r"(?m)^(?=[-*] )", text)
    found = [match for item in items if (match := PROMISE.match(item))]
    return {match["id"]: " ".join(match["sentence"].split()) for match in found}


def kept() -> set[str]:
    """The ids that tests are marked with."""
    return {name for path in (ROOT / "tests").rglob("test_*.py") for name in _marks(path)}


def _marks(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="promise"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name
            case _:
                pass


def test_the_readme_and_the_manifest_say_the_same() -> None:
    assert promised() == PROMISES


def test_every_promise_is_kept_by_a_test() -> None:
    assert set(PROMISES) - kept() == set()


def test_no_test_keeps_a_promise_that_is_not_made() -> None:
    assert kept() - set(PROMISES) == set()
