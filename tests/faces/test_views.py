"""Every fact is a sentence that a person can read."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from placid.core.rollout.environment_facts import EnvironmentFact
from placid.core.rollout.facts import Measured, Opened, RolloutFact, StepDone
from placid.engine.environments import FACTS as ENVIRONMENT_FACTS
from placid.engine.rollouts import FACTS
from placid.faces.views import environment_sentence, rollout_sentence, step_words

FILE = Path(__file__).parents[1] / "core" / "rollout" / "every_fact.jsonl"


class Line(msgspec.Struct, frozen=True):
    """One line of the file of every fact."""

    stream: str
    fact: msgspec.Raw


LINES = [msgspec.json.decode(line, type=Line) for line in FILE.read_bytes().splitlines()]
ROLLOUT = [FACTS.decode(line.fact) for line in LINES if line.stream == "rollout"]
ENVIRONMENT = [
    ENVIRONMENT_FACTS.decode(line.fact) for line in LINES if line.stream == "environment"
]
OPENED = next(fact for fact in ROLLOUT if isinstance(fact, Opened))


def kind(fact: RolloutFact | EnvironmentFact) -> str:
    return type(fact).__name__


def readable(said: str) -> bool:
    """One line of words, without anything of Python in it."""
    return bool(said.strip()) and "\n" not in said and not re.search(r"\w+\(|None|<", said)


@pytest.mark.parametrize("fact", ENVIRONMENT, ids=kind)
def test_a_fact_of_an_environment_is_a_sentence(fact: EnvironmentFact) -> None:
    assert readable(environment_sentence(fact))


@pytest.mark.parametrize("fact", ROLLOUT, ids=kind)
def test_a_fact_of_a_rollout_is_a_sentence_or_not_worth_one(fact: RolloutFact) -> None:
    said = rollout_sentence(fact, OPENED)
    quiet = isinstance(fact, Measured) or (isinstance(fact, StepDone) and not fact.note)
    assert said == "" if quiet else readable(said)


def test_every_step_has_words() -> None:
    words = [step_words(step) for step in OPENED.steps]
    assert all(map(readable, words)) and len(set(words)) == len(words)


def test_who_asked_and_why_is_in_the_sentence() -> None:
    asked = [msgspec.json.encode(fact) for fact in (*ENVIRONMENT, *ROLLOUT)]
    said = [environment_sentence(fact) for fact in ENVIRONMENT]
    said += [rollout_sentence(fact, OPENED) for fact in ROLLOUT]
    for stored, sentence in zip(asked, said, strict=True):
        if b"_asked" in stored:
            assert "ada" in sentence
