"""Whose key is whose: every key of placid.yaml is the commit's or the agent's, and none is both."""

from __future__ import annotations

import msgspec
import pytest

from placid.config import Config, Environment, Override, Source, Webhook, parse
from placid.config.policy import agents, ignored, policy
from placid.core.rollout.policy import Policy, Standard
from placid.core.rollout.steps import Approve, Judge, Scale, Shift

OURS = "app: shop\nservice: {run: serve}\nenvironments:\n  production:\n"
COMMITS = {"service", "judge", "check", "protect"}
OF_AN_ENVIRONMENT = {
    "strategy",
    "approve",
    "objectives",
    "rollback",
    "copies",
    "config",
    "override",
    "warm",
    "newer",
}


def read(text: str) -> Config:
    return parse(text, "placid.yaml", lambda _: True)


def keys(kind: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def test_every_key_is_the_commits_or_the_agents() -> None:
    agent = set(agents(read(OURS)))
    sections = {key.split(".")[0] for key in agent}
    assert sections - {"environments"} == keys(Config) - COMMITS - {"environments"}
    assert {k for k in agent if k.startswith("source.")} == {f"source.{k}" for k in keys(Source)}
    assert {k for k in agent if k.startswith("webhook.")} == {f"webhook.{k}" for k in keys(Webhook)}
    here = "environments.production."
    own = {key.removeprefix(here) for key in agent if key.startswith(here)}
    assert own == keys(Environment) - OF_AN_ENVIRONMENT
    assert not own & OF_AN_ENVIRONMENT


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (OURS, ()),
        (OURS + "    strategy: canary\n    copies: 9\njudge: {alpha: 1%}\n", ()),
        (OURS + '    listen: ":9000"\n', ("environments.production.listen",)),
        (OURS + "keep: 7\nsource: {branch: next}\n", ("source.branch", "keep")),
        (OURS + '  staging: {listen: "127.0.0.1:9"}\n', ("environments.staging",)),
        (OURS.replace("production", "live"), ("environments.production", "environments.live")),
    ],
)
def test_what_a_commit_changes_to_no_effect_is_named(theirs: str, said: tuple[str, ...]) -> None:
    text = theirs.replace('":9000"', "127.0.0.1:9000")
    assert ignored(read(OURS), read(text)) == said


def test_a_policy_holds_all_that_a_rollout_keeps_to() -> None:
    there = read(
        OURS
        + """\
    strategy: {steps: [{scale: 3}, {shift: 100%}, {judge: 5s}]}
    approve: true
    objectives: {p95: 500ms, errors: 2%}
    rollback: {git: revert}
    copies: 3
    override: {header: x-canary}
    warm: 1m
    newer: wait
judge: {alpha: 10%, tolerance: 2, window: 3s}
"""
    )
    environment = there.environments["production"]
    assert environment.override == Override(header="x-canary")
    found = policy(there, environment)
    assert found == Policy(
        strategy="steps",
        steps=(
            Approve("this environment asks for approval"),
            Scale(3),
            Shift(100.0),
            Judge(5.0),
        ),
        copies=3,
        warm=60.0,
        newer="wait",
        git="revert",
        override=found.override,
        standard=Standard(0.1, 2.0, 3.0, 0.02, 0.5),
    )
    assert found.override is not None
    assert (found.override.release, found.override.header) == ("", "x-canary")
