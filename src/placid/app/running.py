"""Puts a run together out of real parts: the ledger, places, actions, and whoever listens.

`Runs` is one process's hold on the runs of a site. A run that is under way holds a lock on a file
in its folder, `.placid/runs/<number>/lock`, which falls with its process: a run without an end
whose lock is free was interrupted, and `resume` carries it on.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from placid.app.sites import Site
from placid.base.errors import Conflict, Problem
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Approved, Fact, LegEnded, RunEnded, RunOpened, RunStarted
from placid.core.pipeline.listener import Listener
from placid.core.pipeline.machine import Pipeline
from placid.core.pipeline.state import RunState
from placid.edge.pipeline.cleaning import Record, clean
from placid.edge.pipeline.folders import Remover, folder_name, job_root
from placid.edge.pipeline.host import HostOptions
from placid.edge.pipeline.memory import Remembered
from placid.edge.pipeline.places import Places
from placid.edge.pipeline.recorded import RecordedPlaces
from placid.edge.store.ledger import Ledger
from placid.edge.store.places import connection
from placid.engine.pipeline.conducting import Conductor, Reporter
from placid.engine.pipeline.crew import Threads
from placid.engine.pipeline.groups import Groups
from placid.engine.pipeline.veil import Veil
from placid.engine.pipeline.workplace import Workplace
from placid.formats.expressions.values import is_object
from placid.formats.workflows.model import Workflow
from placid.formats.workflows.reading import read_workflow
from placid.ports.pipeline import Actions, ContainerSpec
from placid.ports.pipeline import Origin as Source

LOCK = ".placid-actions.lock"
"""Which commits the refs of remote actions stand for; belongs into the repository."""

_opened = msgspec.json.Decoder(RunOpened)
_facts = msgspec.json.Decoder(Fact)


class Wanted(msgspec.Struct, frozen=True):
    """A run that somebody wants: its first fact without its number, and what no fact may hold.

    source   the repository that is checked out; known: the github and vars contexts
    """

    first: RunStarted
    source: Source
    known: Mapping[str, object]
    secrets: Mapping[str, str]
    env: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    passed: tuple[str, ...] = ()
    image: str = ""
    from_step: str = ""
    parallel: int = 0
    keep: bool = False
    approved: tuple[str, ...] = ()
    by: str = ""
    read: Callable[[str, str], Workflow | None] = read_workflow


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Runs:
    """The runs of one site, from one process."""

    def __init__(self, site: Site, ledger: Ledger, actions: Actions) -> None:
        self.site, self.ledger, self.actions = site, ledger, actions
        self.remover = Remover()
        self.conductor: Conductor | None = None

    def folder(self, number: int) -> Path:
        """Where the logs of a run are."""
        return self.site.home / "runs" / str(number)

    def stream(self, number: int) -> str:
        return f"run/{self.site.app}/{number}"

    def listed(self) -> list[RunOpened]:
        """Every run there was, the oldest first."""
        rows = self.ledger.read(f"runs/{self.site.app}")
        return [_opened.decode(row.data) for row in rows]

    def facts(self, number: int) -> list[Fact]:
        """Every fact of a run."""
        return [_facts.decode(row.data) for row in self.ledger.read(self.stream(number))]

    def start(self, wanted: Wanted, listener: Listener) -> RunState:
        """A new run, to its end."""
        number = self._number(wanted.first)
        wanted = _numbered(wanted, number)
        first = wanted.first
        with self._holding(number):
            ended = self._conduct(wanted, first, listener)
        if ended.result == "success" and not first.jobs:
            # The gate judges by the newest run, and looks for that when it has no verdict kept.
            verdict = self.site.home / "gates" / f"{first.origin.commit}.json"
            verdict.unlink(missing_ok=True)
        return ended

    def resume(
        self, number: int, wanted: Callable[[RunStarted], Wanted], listener: Listener
    ) -> RunState:
        """Carry an interrupted run on; Problem when it is not one."""
        facts = self.facts(number)
        if not facts or not isinstance(facts[0], RunStarted):
            raise Problem(f"there is no run {number}", fix="`placid log --run last` shows the last")
        if isinstance(facts[-1], RunEnded):
            raise Problem(f"run {number} has ended", fix="start it anew with `placid run`")
        wish = wanted(facts[0])
        first = Veil(wish.secrets).decoded(msgspec.json.encode(facts[0]))
        assert isinstance(first, RunStarted)
        with self._holding(number):
            return self._conduct(wanted(first), None, listener, number)

    def interrupted(self) -> int:
        """The number of the last run that has no end and that nobody carries on."""
        for each in reversed(self.listed()):
            facts = self.facts(each.run)
            if facts and not isinstance(facts[-1], RunEnded) and not self._held(each.run):
                return each.run
        raise Problem("no run was interrupted", fix="start one: placid run")

    def cancel(self, why: str) -> None:
        """Ask the run under way to stop; may be called by a signal's handler."""
        if self.conductor is not None:
            self.conductor.cancel("you", why)

    def _number(self, first: RunStarted) -> int:
        stream = f"runs/{self.site.app}"
        while True:
            number = self.ledger.end(stream) + 1
            origin = first.origin
            fact = RunOpened(number, first.path, first.event, origin.commit, origin.ref, now())
            try:
                self.ledger.append(stream, number - 1, [msgspec.json.encode(fact)])
            except Conflict:
                continue
            return number

    def _held(self, number: int) -> bool:
        try:
            with self._holding(number):
                return False
        except Problem:
            return True

    @contextmanager
    def _holding(self, number: int) -> Generator[None]:
        folder = self.folder(number)
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            what = f"run {number} is under way in another process"
            raise Problem(what, fix="wait for it, or stop that process") from None
        try:
            yield
        finally:
            os.close(lock)

    def _conduct(
        self, wanted: Wanted, first: RunStarted | None, listener: Listener, number: int = 0
    ) -> RunState:
        number = first.number if first is not None else number
        veil = Veil(wanted.secrets)
        reporter = Reporter(listener, veil)
        groups = Groups(self.ledger, self.site.app, number, _holder(), _alive, now, veil.text)
        machine = Pipeline(wanted.known, frozenset(wanted.first.guarded), wanted.read)
        most = wanted.parallel or max(4, os.cpu_count() or 1)
        conductor = Conductor(
            machine, self.ledger, self.stream(number), reporter, groups, now, most
        )
        self.conductor = conductor
        workplace = self._workplace(wanted, number, reporter, listener)
        github, variables = wanted.known["github"], wanted.known["vars"]
        assert is_object(github) and is_object(variables)
        crew = Threads(workplace, reporter, github, variables, wanted.secrets)
        if first is not None:
            approved = (Approved(name, wanted.by, now()) for name in wanted.approved)
            conductor.begin(first, *approved)
        try:
            return conductor.conduct(crew)
        finally:
            self.remover.join()

    def failed_before(self, path: str) -> int:
        """The number of the last run of a workflow when it failed; Problem when it did not."""
        for opened_run in reversed(self.listed()):
            facts = self.facts(opened_run.run) if opened_run.path == path else []
            if facts and isinstance(ended := facts[-1], RunEnded):
                if ended.result == "success":
                    break
                return opened_run.run
        raise Problem(f"the last run of {path} has not failed", fix="run it without --failed")

    def _memory(self, wanted: Wanted, number: int) -> Remembered:
        """What this run need not do again."""
        before: dict[str, LegEnded] = {}
        if wanted.first.before:
            kept = self.folder(wanted.first.before) / "artifacts"
            if kept.is_dir():
                import shutil

                shutil.copytree(kept, self.folder(number) / "artifacts", dirs_exist_ok=True)
            for fact in self.facts(wanted.first.before):
                if isinstance(fact, LegEnded) and fact.result == "success":
                    reused = fact.reused or wanted.first.before
                    before[fact.leg] = msgspec.structs.replace(fact, reused=reused)
        folder = self.site.home / "cache" / "pure"
        return Remembered(folder, wanted.source, number, self.site.pure, before)

    def _workplace(
        self, wanted: Wanted, number: int, reporter: Reporter, listener: Listener
    ) -> Workplace:
        around = self.site.home.parent
        host = HostOptions(wanted.passed, caches() / "home", removed=self.remover.put)
        shown = reporter.veil.text
        name = _names(shown)
        return Workplace(
            number=number,
            mark=f"{self.site.app}/{number}/{os.getpid()}",
            logs=self.folder(number),
            kept=self.site.home / "cache",
            source=self.site.top,
            places=RecordedPlaces(Places(host), around, self.remover, wanted.keep),
            actions=self.actions,
            origin=wanted.source,
            hash_files=_hash_files,
            root_of=lambda leg: job_root(around, number, name(leg)),
            folder_of=lambda leg: folder_name(name(leg)),
            report=reporter,
            listener=listener,
            now=now,
            memory=self._memory(wanted, number),
            image=ContainerSpec(wanted.image) if wanted.image else None,
            env=wanted.env,
            from_step=wanted.from_step,
            keep=wanted.keep,
            end=_end,
            shown=shown,
        )


def known_actions(there: Site, asked: Asked) -> Actions:
    """The actions a run may use."""
    from placid.edge.pipeline.actions.finding import KnownActions
    from placid.edge.pipeline.actions.native import Settings

    skip = frozenset(name.lower() for name in asked.skip)
    settings = Settings(asked.offline, asked.strict, asked.update, skip=skip)
    lock, cache = there.top / LOCK, caches() / "actions"
    return KnownActions(there.top, lock, cache, asked.offline, settings)


def caches() -> Path:
    """The folder for what outlives runs and repositories."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "placid"


@contextmanager
def opened(site: Site, actions: Actions, say: Callable[[str], None]) -> Generator[Runs]:
    """The runs of a site; what killed runs left behind is gone before, and said."""
    from placid.edge.pipeline.places import clean as containers
    from placid.edge.pipeline.places import reclaim

    site.home.mkdir(parents=True, exist_ok=True)
    ignore = site.home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")

    def cleaner(record: Record) -> list[str]:
        stayed = containers([record.mark])
        reclaim(Path(record.folders[0]))
        return stayed

    for each in clean(site.home.parent, [cleaner]):
        say(f"{each.mark.rpartition('/')[2]} of a run that was killed is cleaned up")
        for sentence in each.stayed:
            say(sentence)
    ledger = Ledger(connection(site.store, site.home, durable=False))
    try:
        yield Runs(site, ledger, actions)
    finally:
        ledger.close()


def _numbered(wanted: Wanted, number: int) -> Wanted:
    """A run that has its number: it is GitHub's `run_number` here, and `run_id`, too."""
    counted = {"run_id": str(number), "run_number": str(number)}
    first = wanted.first
    first = msgspec.structs.replace(first, number=number, github={**first.github, **counted})
    github = wanted.known["github"]
    assert is_object(github)
    known = {**wanted.known, "github": {**github, **counted}}
    return msgspec.structs.replace(wanted, first=first, known=known)


def _names(shown: Callable[[str], str]) -> Callable[[str], str]:
    """Legs' ids without the secrets in them, and still each unlike all others."""
    salt = os.urandom(16)

    def name(leg: str) -> str:
        known = shown(leg)
        if known == leg:
            return leg
        from hashlib import blake2b

        return f"{known} {blake2b(leg.encode(), key=salt, digest_size=8).hexdigest()}"

    return name


def _end(mark: str) -> None:
    """Kill the processes of a place now; what escapes ends when the place is left."""
    from placid.edge.pipeline.processes import pids
    from placid.edge.pipeline.tags import belonging, tag

    for pid in belonging((tag(mark),), pids()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _hash_files(root: Path, patterns: Sequence[str]) -> str:
    from placid.edge.pipeline.hashing import hash_files

    return hash_files(patterns, root)


def _holder() -> str:
    from placid.app import holder

    return holder()


def _alive(who: str) -> bool:
    from placid.app import alive

    return alive(who)
