"""The workers of a run: a thread for each leg, made when the leg starts."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import msgspec

from placid.base.yamltext.nodes import Mapping as YamlMapping
from placid.core.pipeline.contexts import leg_scope, needs, strategy_of
from placid.core.pipeline.state import LegState, RunState
from placid.core.pipeline.templates import Scope
from placid.engine.pipeline.conducting import Finished, Reporter
from placid.engine.pipeline.jobrun import JobRun
from placid.engine.pipeline.workplace import Assignment, Workplace, told


class Threads(msgspec.Struct):
    """`conducting.Crew`. `secrets` and `variables` are those of the run."""

    workplace: Workplace
    reporter: Reporter
    github: Mapping[str, object]
    variables: Mapping[str, object]
    secrets: Mapping[str, str]
    _working: dict[str, JobRun] = msgspec.field(default_factory=dict[str, JobRun])
    _threads: list[threading.Thread] = msgspec.field(default_factory=list[threading.Thread])

    def start(self, leg: str, state: RunState) -> None:
        """Give a leg its thread, or the end of an earlier one that it would only repeat."""
        given = self._assignment(state.legs[leg])
        memory, known = self.workplace.memory, b""
        if memory is not None and memory.wants(given.plan, given.job):
            known = told(given, self.workplace.image.image if self.workplace.image else "")
        else:
            memory = None
        before = memory.recall(given.plan, given.job, known) if memory is not None else None
        if before is not None:
            self.reporter(msgspec.structs.replace(before, leg=leg, at=self.workplace.now()))
            self.reporter.queue.put(Finished(leg))
            return
        run = self._working[leg] = JobRun(self.workplace, given)

        def work() -> None:
            error: BaseException | None = None
            try:
                ended = run.run()
                if memory is not None:
                    memory.keep(
                        given.plan, given.job, known, msgspec.structs.replace(ended, leg="")
                    )
            except BaseException as bug:  # told to whoever conducts, who raises it
                error = bug
            self._working.pop(leg, None)
            self.reporter.queue.put(Finished(leg, error))

        thread = threading.Thread(target=work, name=leg, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()]
        self._threads.append(thread)
        thread.start()

    def stop(self, leg: str, why: str) -> None:
        """Ask a leg to end."""
        run = self._working.get(leg)
        if run is not None:
            run.cancel(why)

    def kill(self) -> None:
        """End all of them, whatever their steps' conditions say."""
        for run in self._working.values():
            run.kill()

    def join(self) -> None:
        """Return once every thread has ended."""
        for thread in self._threads:
            thread.join()

    def _assignment(self, leg: LegState) -> Assignment:
        job, plan = leg.job, leg.plan
        return Assignment(
            plan=plan,
            job=job.job,
            workflow=job.scope.workflow,
            github={**self.github, "job": job.job.id.text},
            inputs=job.scope.inputs,
            needs=needs(job),
            strategy=strategy_of(plan, job.fail_fast, job.max_parallel),
            variables=self.variables,
            secrets=self._secrets(job.scope.caller),
        )

    def _secrets(self, caller: LegState | None) -> Mapping[str, str]:
        """The secrets of the jobs below a calling leg: what the call passes on, GITHUB_TOKEN."""
        if caller is None:
            return self.secrets
        above = self._secrets(caller.job.scope.caller)
        given = caller.job.job.secrets
        if given is None:
            return {name: value for name, value in above.items() if name == "GITHUB_TOKEN"}
        if not isinstance(given, YamlMapping):
            return above
        seen = leg_scope(caller, {"github": self.github, "vars": self.variables})
        scope = Scope({**seen.contexts, "secrets": above}, seen.functions)
        passed = scope.texts(given)
        token = above.get("GITHUB_TOKEN")
        return passed if token is None else {"GITHUB_TOKEN": token, **passed}
