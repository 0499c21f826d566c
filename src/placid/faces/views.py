"""Facts as sentences: the same words in the story of a deploy, the log and the status."""

from __future__ import annotations

from typing import assert_never

from placid.core.rollout.environment_facts import (
    Allowed,
    BuildFailed,
    Chosen,
    Crashed,
    DeployAsked,
    EnvironmentFact,
    Quarantined,
    Refused,
    Reverted,
    RollbackAsked,
    RolloutEnded,
    RolloutOpened,
    Skipped,
)
from placid.core.rollout.facts import (
    AbortAsked,
    Ended,
    Failed,
    Held,
    Measured,
    Opened,
    PauseAsked,
    PromoteAsked,
    ResumeAsked,
    RolloutFact,
    StepDone,
    StepStarted,
    Superseded,
)
from placid.core.rollout.steps import Approve, Judge, Preview, Scale, Shift, Step

Sentence = str


def environment_sentence(fact: EnvironmentFact) -> Sentence:
    """What happened to an environment, in words."""
    match fact:
        case RolloutOpened() | RolloutEnded():
            return _rollout(fact)
        case DeployAsked() | RollbackAsked() | Allowed() | Refused():
            return _asked(fact)
        case Chosen(commit=commit, subject=subject):
            passed = f", passing over {len(fact.skipped)}" if fact.skipped else ""
            forced = " (history was rewritten)" if fact.forced else ""
            return f"the branch is at {commit[:10]}{forced}: {subject}{passed}"
        case BuildFailed(commit=commit, why=why, log=log):
            what = "is not deployed" if why.startswith("its pipeline") else "does not build"
            return f"{commit[:10]} {what}: {why}" + (f" (all of it: {log})" if log else "")
        case Skipped() | Quarantined() | Reverted() | Crashed():
            return _noted(fact)
        case _:
            assert_never(fact)


def _noted(fact: Skipped | Quarantined | Reverted | Crashed) -> Sentence:
    match fact:
        case Skipped(commit=commit, why=why):
            return f"{commit[:10]} is not deployed: {why}"
        case Quarantined(commit=commit):
            return f"{commit[:10]} is in quarantine until `placid allow {commit[:10]}`"
        case Reverted(said=said):
            return said
        case Crashed(what=what):
            return f"placid stumbled, and tries again: {what}"
        case _:
            assert_never(fact)


def _rollout(fact: RolloutOpened | RolloutEnded) -> Sentence:
    if isinstance(fact, RolloutOpened):
        if fact.purpose == "rollback":
            return f"going back to {fact.release.id} (rollout {fact.number})"
        return f"releasing {fact.release.id} (rollout {fact.number}){_ignored(fact)}"
    said = {
        "promoted": "is live",
        "rolled_back": "was taken back",
        "aborted": "was stopped and taken back",
        "superseded": "made way",
    }[fact.outcome]
    return f"{fact.release.id} {said}: {fact.why}"


def _ignored(fact: RolloutOpened) -> Sentence:
    """What the agent goes on doing as its own file says."""
    if fact.policy is None or not fact.policy.ignored:
        return ""
    changed = ", ".join(fact.policy.ignored)
    whose = f"placid.yaml of {fact.release.commit[:10]}"
    return f"; {whose} changes {changed}: restart `placid serve` to take it"


def _asked(fact: DeployAsked | RollbackAsked | Allowed | Refused) -> Sentence:
    match fact:
        case DeployAsked(commit=commit, by=by):
            return f"{by} asked for {commit[:10]}"
        case RollbackAsked(by=by, to=to):
            return f"{by} asked to go back" + (f" to {to}" if to else "")
        case Allowed(commit=commit, by=by):
            return f"{by} lifted the quarantine of {commit[:10]}"
        case Refused(what=what, why=why):
            return f"could not {what}: {why}"
        case _:
            assert_never(fact)


def step_words(step: Step) -> Sentence:
    """What a step does."""
    match step:
        case Scale(copies=copies, which=which):
            whose = "the new release" if which == "new" else "the old release"
            return f"run {copies} {'copy' if copies == 1 else 'copies'} of {whose}"
        case Shift(percent=percent):
            return f"send {percent:g} % of the traffic to the new release"
        case Judge(seconds=seconds):
            return f"watch for {seconds:g} s"
        case Approve(reason=reason):
            return f"wait for a person: {reason}"
        case Preview():
            return "show the new release on the preview port"
        case _:
            assert_never(step)


def rollout_sentence(fact: RolloutFact, opened: Opened | None) -> Sentence:
    """What happened in a rollout, in words; "" for what a reader need not know."""
    match fact:
        case Opened(strategy=strategy, stable=stable):
            before = f"in place of {stable.id}" if stable else "as the first release"
            return f"{strategy}, {before}"
        case StepStarted(index=index):
            return step_words(opened.steps[index]) if opened else ""
        case StepDone(note=note):
            return note
        case Measured():
            return ""
        case Failed() | Superseded() | Ended():
            return _turn(fact)
        case Held() | AbortAsked() | PromoteAsked() | PauseAsked() | ResumeAsked():
            return _people(fact)
        case _:
            assert_never(fact)


def _turn(fact: Failed | Superseded | Ended) -> Sentence:
    match fact:
        case Failed(why=why):
            return f"{why}; going back"
        case Superseded(commit=commit):
            return f"{commit[:10]} is newer and ready; making way for it"
        case Ended(outcome=outcome):
            return f"rollout {outcome.replace('_', ' ')}"
        case _:
            assert_never(fact)


def _people(fact: Held | AbortAsked | PromoteAsked | PauseAsked | ResumeAsked) -> Sentence:
    match fact:
        case Held(why=why):
            return f"waiting for a person (`placid promote` or `placid abort`): {why}"
        case AbortAsked(by=by, why=why):
            return f"{by} asked to stop" + (f": {why}" if why else "")
        case PromoteAsked(by=by, full=full):
            return f"{by} said go on" + (" to the end" if full else "")
        case PauseAsked(by=by):
            return f"{by} asked to pause"
        case ResumeAsked(by=by):
            return f"{by} asked to resume"
        case _:
            assert_never(fact)
