"""Every kind of fact that was ever written must still decode: ledgers outlive versions.

`every_fact.jsonl` only grows. A line is never changed: a fact that gains a field gets a new line.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from placid.core.rollout.environment_facts import EnvironmentFact
from placid.core.rollout.facts import RolloutFact
from placid.engine.deliveries import Delivered
from placid.engine.environments import FACTS as ENVIRONMENT
from placid.engine.rollouts import FACTS as ROLLOUT


class Line(msgspec.Struct, frozen=True):
    """One line: the kind of stream that the fact is in, and the fact as stored."""

    stream: str
    fact: msgspec.Raw


LINES = [
    msgspec.json.decode(line, type=Line)
    for line in (Path(__file__).parent / "every_fact.jsonl").read_bytes().splitlines()
]


def decoded(line: Line) -> RolloutFact | EnvironmentFact | Delivered:
    """The fact, as the part of placid that owns its stream reads it."""
    match line.stream:
        case "rollout":
            return ROLLOUT.decode(line.fact)
        case "environment":
            return ENVIRONMENT.decode(line.fact)
        case _:
            return msgspec.json.decode(line.fact, type=Delivered)


def name(line: Line) -> str:
    return type(decoded(line)).__name__


@pytest.mark.parametrize("line", LINES, ids=name)
def test_a_fact_that_was_written_still_decodes(line: Line) -> None:
    fact = decoded(line)
    assert decoded(Line(line.stream, msgspec.Raw(msgspec.json.encode(fact)))) == fact


def test_every_kind_is_in_the_file() -> None:
    kinds = {*get_args(RolloutFact), *get_args(EnvironmentFact), Delivered}
    assert {type(decoded(line)) for line in LINES} == kinds
