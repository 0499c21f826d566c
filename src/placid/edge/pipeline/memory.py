"""Work that need not be done again: pure jobs by their content, and what the last run did well.

A job is pure when it says so, by `x-placid: {inputs: [...]}` or in placid.yaml: then its result
follows from what it is given and from the files that its patterns name. The key is a hash of both;
the files' part is made of the blob ids that git has for the commit.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from placid import __version__
from placid.base.yamltext.nodes import Mapping as YamlMapping
from placid.base.yamltext.nodes import Scalar
from placid.base.yamltext.nodes import Sequence as YamlSequence
from placid.core.pipeline.facts import Leg, LegEnded
from placid.formats.workflows.filters import Filter
from placid.formats.workflows.model import Job
from placid.ports.pipeline import Origin

_ended = msgspec.json.Decoder(LegEnded)


class Remembered(msgspec.Struct):
    """ports.pipeline.Memory.

    folder    where the ends of pure jobs are kept; run: the number of this run
    patterns  of pure jobs, by their ids, as placid.yaml has them
    before    legs that ended well in the run that is repeated, by their ids
    """

    folder: Path
    origin: Origin
    run: int
    patterns: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict[str, Sequence[str]])
    before: Mapping[str, LegEnded] = msgspec.field(default_factory=dict[str, LegEnded])
    _files: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    def wants(self, plan: Leg, job: Job) -> bool:
        """See ports.pipeline.Memory."""
        pure = job.id.text in self.patterns or job.body.get("x-placid") is not None
        return pure or plan.id in self.before

    def recall(self, plan: Leg, job: Job, told: bytes) -> LegEnded | None:
        """See ports.pipeline.Memory."""
        if plan.id in self.before:
            return self.before[plan.id]
        path = self._path(job, told)
        if path is None:
            return None
        try:
            return _ended.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def keep(self, plan: Leg, job: Job, told: bytes, ended: LegEnded) -> None:
        """Keep the end of a pure job that ended well."""
        path = self._path(job, told) if ended.result == "success" else None
        if path is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(f".{self.run}.part")
        whole.write_bytes(msgspec.json.encode(msgspec.structs.replace(ended, reused=self.run)))
        whole.replace(path)

    def _path(self, job: Job, told: bytes) -> Path | None:
        """Where the end of a pure job is kept; None for a job that is not pure, or dirty files."""
        patterns = declared(job) or tuple(self.patterns.get(job.id.text, ()))
        if not patterns or self.origin.dirty:
            return None
        import hashlib  # noqa: PLC0415 - few jobs are pure

        key = hashlib.sha256(told)
        for part in (__version__, *patterns, *self._blobs(patterns)):
            key.update(b"\0" + part.encode("utf-8", "surrogateescape"))
        return self.folder / f"{key.hexdigest()}.json"

    def _blobs(self, patterns: Sequence[str]) -> list[str]:
        """Path and blob of every file of the commit that the patterns name, sorted."""
        if not self._files:
            self._files = _tree(self.origin.repository, self.origin.commit)
        fits = Filter(patterns).chooses
        return [f"{path} {blob}" for path, blob in self._files.items() if fits(path)]


def declared(job: Job) -> tuple[str, ...]:
    """The inputs a job declares by `x-placid`, () when it is not pure by itself."""
    entry = job.body.get("x-placid")
    said = entry.value if entry is not None else None
    inputs = said.get("inputs") if isinstance(said, YamlMapping) else None
    listed = inputs.value if inputs is not None else None
    if isinstance(listed, Scalar):
        return (listed.text,)
    if not isinstance(listed, YamlSequence):
        return ()
    return tuple(item.text for item in listed.items if isinstance(item, Scalar))


def _tree(repository: Path, commit: str) -> dict[str, str]:
    words = ["git", "-C", str(repository), "ls-tree", "-r", "-z", "--full-tree", commit]
    listed = subprocess.run(words, capture_output=True, check=False).stdout
    found: dict[str, str] = {}
    for line in listed.decode("utf-8", "surrogateescape").split("\0"):
        about, tab, path = line.partition("\t")
        if tab:
            found[path] = about
    return found
