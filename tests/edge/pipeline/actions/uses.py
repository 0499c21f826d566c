"""A bench for native actions: a real repository, a real place on this host, and a log to read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from placid.edge.pipeline.actions.native import Settings, find
from placid.edge.pipeline.host import HostOptions, HostPlace
from placid.formats.workflows.reference import Reference, reference
from placid.ports.pipeline import Done, Layout, Origin, Place, PlaceSpec, Use
from tests.edge.real_git import Source

SLUG = "ada/shop"


class Never:
    """A stop that nobody asks for."""

    asked = False
    deadline: float | None = None

    def __init__(self) -> None:
        self._ends = os.pipe()

    def fileno(self) -> int:
        return self._ends[0]

    def ask(self) -> None:
        self.asked = True
        os.write(self._ends[1], b"x")

    def close(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                os.close(end)


def referring(uses: str) -> Reference:
    """The reference that `uses:` reads as."""
    found = reference(uses)
    assert found is not None
    return found


@dataclass
class Bench:
    """One job on the host at `place`, for a commit of `source`."""

    source: Source
    place: Place
    origin: Origin
    stop: Never
    shared: Path
    kept: Path
    github: dict[str, object] = field(default_factory=dict[str, object])
    settings: Settings = field(default_factory=Settings)
    said: list[str] = field(default_factory=list[str])

    @property
    def workspace(self) -> Path:
        return self.place.layout.workspace

    def using(self, uses: str, **inputs: str) -> Use:
        """A use of an action; `fetch_depth="0"` is its input fetch-depth."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return Use(
            reference=referring(uses),
            inputs=given,
            github=self.github,
            env={},
            place=self.place,
            origin=self.origin,
            shared=self.shared,
            kept=self.kept,
            say=self.said.append,
            stop=self.stop,
        )

    def do(self, uses: str, **inputs: str) -> Done:
        """What an action does here."""
        use = self.using(uses, **inputs)
        name = "/".join(filter(None, (use.reference.repository, use.reference.path)))
        native = find(name, self.settings)
        assert native is not None
        return native(use)

    def well(self, uses: str, **inputs: str) -> Done:
        """The same, when it must not fail."""
        done = self.do(uses, **inputs)
        assert not done.failed, done.failed
        return done

    def after(self, done: Done, uses: str, **inputs: str) -> Done:
        """What the action does after the job's steps."""
        assert done.post is not None
        return done.post(self.using(uses, **inputs))

    def write(self, files: Mapping[str, str]) -> None:
        """Put files into the workspace."""
        for name, text in files.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def opened(folder: Path, source: Source, name: str = "job", ref: str = "refs/heads/main") -> Bench:
    """A bench whose place is entered; leave it with `close`."""
    spec = PlaceSpec(Layout(folder / name, "shop"), f"test-{folder.name}-{name}")
    place = HostPlace(spec, HostOptions(user=dict(os.environ)))
    place.__enter__()
    origin = Origin(
        source.folder, source.tip() if _commits(source) else "", ref, SLUG, "https://x.example/r"
    )
    return Bench(source, place, origin, Never(), folder / "shared", folder / "kept")


def close(bench: Bench) -> None:
    """End what the bench's place runs."""
    bench.stop.close()
    if isinstance(bench.place, HostPlace):
        bench.place.__exit__(None, None, None)


def _commits(source: Source) -> bool:
    return any((source.folder / ".git/refs/heads").rglob("*"))


def tree(folder: Path) -> dict[str, str]:
    """The files below a folder, without .git, and what they hold."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if ".git" in Path(name).parts:
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_text()
    return found
