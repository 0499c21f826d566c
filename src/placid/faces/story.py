"""Follows an environment's facts and tells them as they come: the story of a deploy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import anyio

from placid.core.rollout.environment_facts import EnvironmentFact, RolloutEnded, RolloutOpened
from placid.core.rollout.facts import Ended, Opened
from placid.engine.environments import environment_story, rollout_stream
from placid.engine.loop import Story
from placid.engine.rollouts import story
from placid.faces.views import environment_sentence, rollout_sentence
from placid.ports import Store


@dataclass
class Teller:
    """Says each new fact of an environment (and of its rollouts) once, in order."""

    store: Store
    app: str
    environment: str
    say: Callable[[str], None]

    async def tell(self, after: int) -> None:
        """Tell what comes after fact `after` of the environment, for ever."""
        facts = environment_story(self.store, self.app, self.environment)
        async with anyio.create_task_group() as tasks:
            for number in await self._open(facts, after):
                rows = await self.store.read(rollout_stream(self.app, self.environment, number))
                tasks.start_soon(self._rollout, number, len(rows))
            while True:
                for fact in await facts.read(after):
                    after += 1
                    self.say(environment_sentence(fact))
                    if isinstance(fact, RolloutOpened):
                        tasks.start_soon(self._rollout, fact.number)
                await self.store.changed(facts.stream, after)

    async def _open(self, facts: Story[EnvironmentFact], after: int) -> set[int]:
        """Rollouts that were under way at fact `after`: their story goes on from where it is."""
        numbers = set[int]()
        for fact in (await facts.read())[:after]:
            if isinstance(fact, RolloutOpened):
                numbers.add(fact.number)
            elif isinstance(fact, RolloutEnded):
                numbers.discard(fact.number)
        return numbers

    async def _rollout(self, number: int, told: int = 0) -> None:
        """Tell a rollout to its end, but for its first `told` facts."""
        stream = rollout_stream(self.app, self.environment, number)
        seq, opened = 0, None
        while True:
            for fact in await story(self.store, stream).read(seq):
                seq += 1
                if isinstance(fact, Opened):
                    opened = fact
                words = rollout_sentence(fact, opened) if seq > told else ""
                if words:
                    self.say(f"  {words}")
                if isinstance(fact, Ended):
                    return
            await self.store.changed(stream, seq)
