"""The ops pathfilter and hashfiles of `placid conform`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from placid.faces.conform import answer


def said(op: str, **asked: object) -> object:
    found: object = json.loads(answer(json.dumps({"op": op, **asked})))
    return found


def test_path_filters() -> None:
    assert said("pathfilter", patterns=["docs/**"], paths=["a", "docs/b"]) == {"value": True}
    assert said("pathfilter", patterns=["docs/**"], paths=["a"]) == {"value": False}
    assert said("pathfilter", patterns=["!a"], paths=["b"]) == {"value": False}
    assert said("pathfilter", patterns=["a"], paths=[]) == {"value": False}
    assert said("pathfilter", patterns=[], paths=[]) == {"value": True}
    assert said("pathfilter", patterns=[], paths=["a"]) == {"value": True}


def test_path_filters_that_cannot_be_read() -> None:
    assert said("pathfilter", patterns=["a["], paths=["a"]) == {
        "error": "the pattern 'a[' has no ']' for its '['"
    }
    assert "error" in str(said("pathfilter", patterns="a", paths=[]))


def test_hashes_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.lock").write_text("a")
    one = hashlib.sha256(hashlib.sha256(b"a").digest()).hexdigest()
    assert said("hashfiles", patterns=["**/*.lock"], root=str(tmp_path)) == {"value": one}
    assert said("hashfiles", patterns=["./a.lock", "!a*"], root=str(tmp_path)) == {"value": ""}
    assert "Invalid glob option" in str(said("hashfiles", patterns=["--x"], root=str(tmp_path)))
