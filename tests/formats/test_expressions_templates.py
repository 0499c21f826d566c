"""Scalars with expressions in them, and conditions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.expressions import (
    ExpressionError,
    Function,
    condition,
    errors_in,
    evaluate,
    known,
    render,
    segments,
    truthy,
)

TEXT = st.text("ab '${}.!\n", max_size=40)
CONTEXTS: dict[str, object] = {"env": {"A": "x", "N": 3, "L": [1]}, "github": {"ref": "main"}}


@given(TEXT)
def test_the_pieces_are_the_text(text: str) -> None:
    try:
        pieces = segments(text)
    except ExpressionError as error:
        assert text[error.at.start :].startswith("${{")
        assert error.at.end == len(text)
        return
    assert "".join(text[slice(*piece.at)] for piece in pieces) == text
    assert all(text[slice(*piece.inner)] == piece.text for piece in pieces if piece.text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$ {{ }} ${x}", "$ {{ }} ${x}"),
        ("${{ env.N }}", 3),
        ("${{env.N}}${{ env.L }} ", "3Array "),
        ("a ${{ env.A }}-${{ '}}' }}", "a x-}}"),
        ("${{ 'it''s }}' }}}", "it's }}}"),
        ("${{ env.nothing }}", None),
        ("<${{ env.nothing }}>", "<>"),
    ],
)
def test_a_scalar_has_a_value(text: str, wanted: object) -> None:
    assert render(text, CONTEXTS) == wanted


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("${{ a", ["The expression is not closed. An unescaped ${{ sequence was found, but the "
                   "closing }} sequence was not found."]),
        ("${{ }}", ["An expression was expected"]),
        ("${{ nope }} ${{ env.A }} ${{ also }}", [
            "Unrecognized named-value: 'nope'", "Unrecognized named-value: 'also'"]),
        ("${{ insert }}", []),
        ("${{ insert it }}", ["Exactly 0 parameter(s) were expected following the directive "
                              "'insert'. Actual parameter count: 1"]),
    ],
)  # fmt: skip
def test_all_errors_of_a_scalar_are_told(text: str, messages: list[str]) -> None:
    allowed = known(frozenset({"env"}), frozenset[str]())
    found = errors_in(text, allowed)
    assert [error.message for error in found] == messages
    assert all(0 <= error.at.start < error.at.end <= len(text) for error in found)


def test_a_directive_stands_alone() -> None:
    (error,) = errors_in("x ${{ insert }}")
    assert error.message.startswith("The directive 'insert' is not allowed in this context.")


def functions_when(failed: bool) -> dict[str, Function]:
    return {
        "success": lambda _: not failed,
        "failure": lambda _: failed,
        "cancelled": lambda _: False,
        "always": lambda _: True,
    }


@pytest.mark.parametrize(
    ("text", "in_success", "in_failure"),
    [
        ("", True, False),
        ("github.ref == 'main'", True, False),
        ("${{ github.ref == 'main' }}", True, False),
        ("github.ref == 'other'", False, False),
        ("failure()", False, True),
        ("!cancelled()", True, True),
        ("${{ always() && env.A }}", True, True),
        ("github.ref == 'success()' || true", True, False),
        ("contains(success(), 'TRUE')", True, False),
        ("FAILURE() || false", False, True),
        ("${{ false }} ", True, False),  # a text, which is true
        ("x ${{ always() }}", True, True),
        ("${{ 'false' }}", False, False),  # a text alone is read once more
        ("${{ '' }}", True, False),
        ("'false'", True, False),
    ],
)
def test_a_condition_asks_for_success_unless_it_asks_itself(
    text: str, in_success: bool, in_failure: bool
) -> None:
    for failed, wanted in ((False, in_success), (True, in_failure)):
        assert truthy(evaluate(condition(text), CONTEXTS, functions_when(failed))) is wanted


def test_the_places_of_a_condition_count_in_its_own_text() -> None:
    for text in ("  nope == 1", "${{ nope == 1 }}", "a ${{ nope == 1 }}", "${{ 'nope == 1' }}"):
        with pytest.raises(ExpressionError) as caught:
            condition(text, known=known(frozenset({"env"}), frozenset[str]()))
        assert text[slice(*caught.value.at)] == "nope"
