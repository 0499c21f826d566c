"""The counts of a signal, brought before the judge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from placid.core.rollout.facts import Measured, Opened
from placid.core.rollout.policy import Standard
from placid.core.rollout.state import State
from placid.engine.judging import Court
from placid.ports import Bad, Samples, Totals
from tests.engine.fakes import release
from tests.fakes import EPOCH

NEW, OLD = release("bbbbb"), release("aaaaa")
OPENED = Opened(NEW, (), 2, EPOCH, OLD)


def bad(second: float, on: str, client: str) -> Bad:
    return Bad(EPOCH + timedelta(seconds=second), on, "error", 0.1, client)


@pytest.mark.promise("judge")
def test_two_bad_requests_on_a_tenth_of_the_traffic_convict() -> None:
    totals = {NEW.id: Totals(20, 2), OLD.id: Totals(1180, 0)}
    samples = Samples((bad(1, NEW.id, "a"), bad(2, NEW.id, "b")), totals)
    measured = Measured({OLD.id: 1000}, {}, EPOCH)

    verdict = Court()(samples, OPENED, measured, ())

    assert verdict.outcome == "bad"
    assert verdict.requests == 20
    assert "2 of 2 on the new release" in verdict.sentence


def test_what_was_counted_before_the_rollout_does_not_count() -> None:
    totals = {NEW.id: Totals(10, 0), OLD.id: Totals(5000, 400)}
    measured = Measured({OLD.id: 4900}, {OLD.id: 400}, EPOCH)

    verdict = Court()(Samples((), totals), OPENED, measured, ())

    assert verdict.outcome == "unsure"
    assert not verdict.sick
    assert verdict.numbers["requests.stable"] == 100


def test_one_client_that_retries_is_one_incident_where_it_sticks_to_a_release() -> None:
    events = tuple(bad(1 + n / 10, NEW.id, "the same") for n in range(20))
    totals = {NEW.id: Totals(2000, 20), OLD.id: Totals(18000, 0)}
    measured = Measured({}, {}, EPOCH)

    opened = Opened(NEW, (), 2, EPOCH, OLD, standard=Standard(errors=None))

    verdict = Court(sticky=True)(Samples(events, totals), opened, measured, ())

    assert verdict.outcome != "bad"


def test_counters_that_began_again_with_the_proxy_count_from_nothing() -> None:
    totals = {NEW.id: Totals(5, 0), OLD.id: Totals(50, 0)}
    measured = Measured({NEW.id: 100, OLD.id: 9000}, {}, EPOCH)

    assert Court()(Samples((), totals), OPENED, measured, ()).requests == 5


def test_slow_is_what_breaks_the_objective_until_stable_shows_its_own() -> None:
    """So that a first deploy, too, sees its slow answers one by one, and tells a stall."""
    cold = Measured({}, {}, EPOCH)
    opened = Opened(NEW, (), 2, EPOCH, standard=Standard(p95=0.5))
    assert State(opened).slow_ms == 0.0
    assert State(opened, measured=cold).slow_ms == 500.0
    assert State(OPENED, measured=cold).slow_ms == 0.0
    assert State(opened, measured=cold, changes=(Measured({}, {}, EPOCH, 80.0),)).slow_ms == 80.0
