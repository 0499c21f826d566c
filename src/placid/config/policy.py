"""Whose key is whose: what a commit says of its own rollout, and what stays with the agent.

`service`, `judge` and how an environment rolls out come from placid.yaml of the commit that is
deployed. Which branch, store and ports an agent has, and which environments it keeps, it knows
before any commit: there its own file counts, and `ignored` names what a commit would have changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.config.model import Config, Environment
from placid.core.rollout.policy import Policy, Standard
from placid.core.rollout.world import Override


def policy(config: Config, there: Environment, ignored: tuple[str, ...] = ()) -> Policy:
    """How `there`, an environment of `config`, rolls out."""
    copies, given = there.copies or config.service.copies, there.override
    return Policy(
        strategy=there.strategy.name,
        steps=there.plan(copies),
        copies=copies,
        warm=there.warm,
        newer=there.newer,
        git=there.rollback.git,
        override=Override("", given.header, given.cookie, given.value) if given else None,
        standard=_standard(config, there),
        ignored=ignored,
    )


def _standard(config: Config, there: Environment) -> Standard:
    judging, promised = config.judge, there.objectives
    return Standard(
        judging.alpha / 100,
        judging.tolerance,
        judging.window,
        promised.errors / 100,
        promised.p95,
    )


def ignored(ours: Config, theirs: Config) -> tuple[str, ...]:
    """The agent's keys that differ between its file and a commit's, "environments.x.listen"."""
    before, after = agents(ours), agents(theirs)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return tuple(key for key in changed if key.rpartition(".")[0] not in changed)


def agents(config: Config) -> dict[str, object]:
    """Every key that belongs to the agent, with its value; an environment's own name is one."""
    return {
        "app": config.app,
        "source.repository": config.source.repository,
        "source.branch": config.source.branch,
        "source.poll": config.source.poll,
        "store": config.store,
        "pipeline": config.pipeline,
        "webhook.listen": config.webhook.listen,
        "webhook.secret": config.webhook.secret,
        "keep": config.keep,
        **dict(pair for name in config.environments.items() for pair in _place(*name)),
    }


def _place(name: str, there: Environment) -> Iterator[tuple[str, object]]:
    here = f"environments.{name}"
    yield here, "kept"
    yield f"{here}.after", there.after
    yield f"{here}.target", there.target
    yield f"{here}.listen", there.listen
    yield f"{here}.preview", there.preview
    yield f"{here}.hosts", there.hosts
    yield f"{here}.tls", there.tls
