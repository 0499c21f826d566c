from __future__ import annotations

import io
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from placid.faces.conform import answer, converse


class Answer(msgspec.Struct):
    outcome: str
    at: float | None
    evidence: float
    reasons: list[str]


def ask(**asked: object) -> Answer:
    return msgspec.json.decode(answer(json.dumps({"op": "judge", **asked})), type=Answer)


def event(t: float, release: str = "canary", kind: str = "error", **more: object) -> object:
    return {"t": t, "release": release, "kind": kind, **more}


def test_two_errors_on_the_canary_convict_at_the_second() -> None:
    found = ask(
        events=[event(2.5), event(1)],
        weights=[{"t": 0, "canary": 0.1}],
        totals={"canary": 20, "stable": 180},
    )
    assert (found.outcome, found.at) == ("bad", 2.5)
    assert found.evidence >= 20
    assert found.reasons == snapshot(
        [
            (
                "5xx 10 % against 0 %, 2 of 2 on the new release (0.2 expected), e = 37 after "
                "20 requests"
            ),
        ]
    )


def test_nothing_known_is_unsure() -> None:
    found = ask()
    assert (found.outcome, found.at, found.reasons) == snapshot(
        (
            "unsure",
            None,
            [
                "no objective on errors to prove; not found worse",
            ],
        )
    )


def test_weights_are_steps_and_nothing_is_told_before_the_first() -> None:
    steps = [{"t": 20, "canary": 0.5}, {"t": 10, "canary": 0.1}]
    early = ask(events=[event(1), event(9.9)], weights=steps)
    assert early.outcome == "unsure"
    assert ask(events=[event(10), event(11)], weights=steps).outcome == "bad"
    assert ask(events=[event(20), event(21)], weights=steps).outcome == "unsure"


def test_a_client_counts_once_in_its_window() -> None:
    weights = [{"t": 0, "canary": 0.1}]
    burst = [event(t, client="ada") for t in (1, 5, 10, 14)]
    assert ask(events=burst, weights=weights).outcome == "unsure"
    assert ask(events=burst, weights=weights, sticky=False).outcome == "bad"
    assert ask(events=burst, weights=weights, window=2).outcome == "bad"
    nameless = [event(t, client=None) for t in (1, 5)]
    assert ask(events=nameless, weights=weights).outcome == "bad"


@pytest.mark.parametrize("errors", [0.01, "1%", "1 %"])
@pytest.mark.parametrize("p95", [0.5, "500ms", None])
def test_objectives_are_numbers_or_texts(errors: object, p95: object) -> None:
    totals = {"canary": 400, "stable": 3600}
    found = ask(totals=totals, objectives={"errors": errors, "p95": p95})
    assert found.outcome == "good"


def test_a_first_deploy_has_no_stable() -> None:
    found = ask(
        events=[event(t) for t in (1, 2, 3)],
        totals={"canary": 20, "stable": None},
        objectives={"errors": "1%"},
    )
    assert (found.outcome, found.at) == ("bad", 3)


def test_tolerance_and_alpha_are_heeded() -> None:
    asked: dict[str, object] = {
        "events": [event(1), event(2)],
        "weights": [{"t": 0, "canary": 0.1}],
    }
    assert ask(**asked, alpha=0.001).outcome == "unsure"
    assert ask(**asked, tolerance=5).outcome == "unsure"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "[]",
        "null",
        "{",
        '{"op": "judge", "alpha": 0}',
        '{"op": "judge", "alpha": "a"}',
        '{"op": "judge", "events": [{"t": 1, "release": "blue", "kind": "error"}]}',
        '{"op": "judge", "events": [{"t": NaN, "release": "canary", "kind": "error"}]}',
        '{"op": "judge", "weights": [{"t": 1, "canary": 10}]}',
        '{"op": "judge", "objectives": {"errors": "many"}}',
        '{"op": "judge", "objectives": {"errors": 5}}',
        '{"op": "judge", "objectives": {"p95": "500"}}',
        '{"op": "judge", "totals": {"canary": 1e999}}',
        "[" * 100_000,
        '"\ud800"',
    ],
)
def test_a_bad_line_gets_an_error(line: str) -> None:
    found = json.loads(answer(line))
    assert list(found) == ["error"] and found["error"]


@pytest.mark.parametrize("line", ["{}", '{"op": "fly"}'])
def test_an_unknown_op_is_named_as_such(line: str) -> None:
    assert answer(line) == '{"error":"unknown op"}'


@settings(deadline=None)
@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"")), max_size=5))
def test_one_line_out_for_each_line_in(lines: list[bytes]) -> None:
    out = io.StringIO()
    good = b'{"op": "judge"}'
    converse([line + b"\n" for line in (*lines, good)], out)
    answers = out.getvalue().split("\n")
    assert len(answers) == len(lines) + 2 and answers[-1] == ""
    assert all(json.loads(text) for text in answers[:-1])
    assert '"outcome":"unsure"' in answers[-2]
