"""The op `expr` of placid conform."""

from __future__ import annotations

import json

import pytest

from placid.faces.conform import answer


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("github.ref == 'X'", {"value": True}),
        ("github", {"value": {"ref": "x", "b": 1, "a": [None]}}),
        ("github.*", {"value": ["x", 1, [None]]}),
        ("0.5", {"value": 0.5}),
        ("0x10", {"value": 16}),
        ("NaN", {"value": "NaN"}),
        ("-Infinity", {"value": "-Infinity"}),
        ("a b", {"error": "Unrecognized named-value: 'a'"}),
        ("env.A", {"error": "Unrecognized named-value: 'env'"}),
        ("success()", {"error": "Unrecognized function: 'success'"}),
    ],
)
def test_an_expression_is_answered(text: str, wanted: object) -> None:
    asked = {"op": "expr", "text": text, "contexts": {"github": {"ref": "x", "b": 1, "a": [None]}}}
    found = answer(json.dumps(asked))
    assert json.loads(found) == wanted
    assert ".0" not in found
