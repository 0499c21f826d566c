"""The inputs of a workflow that somebody starts by hand."""

from __future__ import annotations

import pytest

from placid.base.errors import Problem, Problems
from placid.core.pipeline.inputs import inputs_of
from placid.core.pipeline.spelling import edits, nearest
from placid.formats.workflows import read_workflow
from placid.formats.workflows.model import Trigger

TEXT = """
on:
  workflow_dispatch:
    inputs:
      name: {type: string, required: true}
      plain: {default: 7}
      empty:
      Debug: {type: boolean, default: true}
      quiet: {type: boolean}
      count: {type: number, default: 2}
      none: {type: number}
      level: {type: choice, options: [low, high], default: high}
      first: {type: choice, options: [one, two]}
      where: {type: environment}
      kept: {required: true, default: here}
jobs: {a: {runs-on: x, steps: [{run: 'true'}]}}
"""
DEFAULTS: dict[str, object] = {
    "name": "ada",
    "plain": "7",
    "empty": "",
    "Debug": True,
    "quiet": False,
    "count": 2,
    "none": 0,
    "level": "high",
    "first": "one",
    "where": "",
    "kept": "here",
}


def trigger(text: str = TEXT) -> Trigger | None:
    found = read_workflow(text, "w.yml")
    assert found is not None
    return found.trigger("workflow_dispatch")


def test_defaults() -> None:
    found = inputs_of(trigger(), {"name": "ada"})
    assert found == DEFAULTS
    assert list(found) == list(DEFAULTS)
    assert found["Debug"] is True


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("debug", "false", False),
        ("Debug", False, False),
        ("DEBUG", "TRUE", True),
        ("debug", "", False),
        ("count", "3", 3),
        ("count", "2.5", 2.5),
        ("count", 4, 4),
        ("count", " 5 ", 5),
        ("count", "", 0),
        ("level", "low", "low"),
        ("plain", 8, "8"),
        ("plain", True, "true"),
        ("plain", "", ""),
        ("where", "production", "production"),
    ],
)
def test_values(name: str, given: object, value: object) -> None:
    found = inputs_of(trigger(), {"name": "x", name: given})
    key = next(each for each in found if each.lower() == name.lower())
    assert (found[key], type(found[key])) == (value, type(value))


@pytest.mark.parametrize(
    ("given", "what", "fix"),
    [
        ({}, "Required input 'name' not provided", "say --input name=..."),
        ({"name": "x", "debgu": "1"}, "no input 'debgu'", "did you mean 'Debug'? Known are: name"),
        ({"name": "x", "zzzzzz": "1"}, "no input 'zzzzzz'", "known are: name, plain"),
        ({"name": "x", "debug": "yes"}, "Provided value 'yes' for input 'Debug'", "true or false"),
        ({"name": "x", "count": "two"}, "Provided value 'two' for input 'count'", "a number"),
        ({"name": "x", "level": "hi"}, "not in the list of allowed values", "low, high"),
        ({"name": "x", "level": "High"}, "not in the list of allowed values", "mean 'high'"),
    ],
)
def test_what_is_wrong(given: dict[str, object], what: str, fix: str) -> None:
    with pytest.raises(Problem) as raised:
        inputs_of(trigger(), given)
    assert what in raised.value.what
    assert fix in str(raised.value.fix)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Problems) as raised:
        inputs_of(trigger(), {"x": "1", "count": "two"})
    assert len(raised.value.problems) == 3


def test_a_workflow_without_inputs() -> None:
    text = "on: workflow_dispatch\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n"
    assert inputs_of(trigger(text), {}) == {}
    assert inputs_of(None, {}) == {}
    with pytest.raises(Problem, match="no input 'a'") as raised:
        inputs_of(trigger(text), {"a": "1"})
    assert raised.value.fix == "leave it out: there are none"


def test_spelling() -> None:
    assert edits("push", "push") == 0
    assert edits("", "push") == edits("push", "") == 4
    assert edits("kitten", "sitting") == 3
    assert nearest("pussh", ["pull", "push"]) == "did you mean 'push'? Known are: pull, push"
