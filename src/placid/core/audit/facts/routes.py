"""The HTTP routes of a repository's code, and whether those of a folder are all known.

served = serving(repository, "backend")
served.apps; served.route_for("/healthz"); served.doubt
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.framework_routes import given_routes
from placid.core.audit.facts.objects import is_example
from placid.core.audit.model import Repository, fact, path_fact
from placid.core.audit.rule import Place
from placid.formats.routes import Route, Served, is_code, read
from placid.formats.routes.languages import UNREAD

_TEST = re.compile(
    r"(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*_test\.(?:py|go)|[^/]*[._-](?:test|spec)\.\w+"
    r"|[^/]*\.d\.ts|[^/]*_spec\.rb|[^/]*Test\.java|setup\.py)$|(?:^|/)(?:specs?|scripts?|bench\w*"
    r"|hack|tools?|dist|build|static|public|assets|migrations|__tests__|\.\w[^/]*)/"
)
_FILE_FRAMEWORKS = re.compile(r"\"(?:nuxt|@sveltejs/kit|@remix-run/\w+|astro|gatsby)\"\s*:")
_NEXT_ABOVE = '"next":'
_DEPLOYED = frozenset(
    ("placid.yaml", "placid.yml", "Procfile", "fly.toml", "app.yaml", "render.yaml")
)
_LARGEST = 200_000  # what is longer was made by a program


@dataclass(frozen=True, slots=True)
class Serving:
    """What the code below a folder serves.

    apps    where applications are made; doubt says why the routes may not be all
    routes  each with the file that makes it
    """

    apps: tuple[Place, ...]
    routes: tuple[tuple[str, Route], ...]
    doubt: str

    def route_for(self, path: str) -> tuple[str, Route] | None:
        """A route that could answer a path; None when there is none."""
        return next((each for each in self.routes if each[1].serves(path)), None)

    def health(self) -> tuple[tuple[str, Route], ...]:
        """The routes that are about health."""
        return tuple(each for each in self.routes if each[1].about_health and not each[1].prefix)


@path_fact
def served_by(repository: Repository, path: str) -> Served | None:
    """What one file of code serves."""
    text = repository.text(path)
    return read(path, text) if text is not None and len(text) < _LARGEST else None


@fact
def code_files(repository: Repository) -> tuple[str, ...]:
    """The files of code that may run in production."""
    return tuple(
        path
        for path in repository.paths
        if (is_code(path) or path.endswith(UNREAD))
        and not _TEST.search(path)
        and not is_example(path)
    )


def below(paths: Sequence[str], folder: str) -> Sequence[str]:
    """Those of sorted paths that are in a folder ("" for all) or deeper."""
    if not folder:
        return paths
    return paths[
        bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")
    ]  # "0": "/" + 1


@fact
def is_deployed(repository: Repository) -> bool:
    """Whether anything says that code of this repository is put somewhere to serve."""
    named = any(path.rpartition("/")[2] in _DEPLOYED for path in repository.paths)
    return named or any(not each.example for each in dockerfiles(repository))


@fact
def every_served(repository: Repository) -> tuple[tuple[str, Served], ...]:
    found = ((path, served_by(repository, path)) for path in code_files(repository))
    return tuple((path, served) for path, served in found if served is not None)


@path_fact
def serving(repository: Repository, folder: str) -> Serving:
    """What the code below a folder ("" for all of it) serves."""
    inside = f"{folder}/" if folder else ""
    found = ((path, served_by(repository, path)) for path in below(code_files(repository), folder))
    parts = [(path, served) for path, served in found if served is not None]
    apps = [Place(path, served.made) for path, served in parts if served.made is not None]
    routes = [(path, route) for path, served in parts for route in served.routes]
    doubts = [f"{path}: {served.doubt}" for path, served in parts if served.doubt]
    doubts += _unread(repository, folder, inside) + _included(repository, parts)
    given = given_routes(repository, folder)
    apps, routes, doubts = [*apps, *given.apps], [*routes, *given.routes], [*doubts, *given.doubts]
    frameworks = {posixpath.splitext(path)[1] for path, served in parts if served.made}
    if len(frameworks - {".ts", ".mjs", ".cjs", ".mts"}) > 1:
        doubts.append("several languages")
    return Serving(tuple(apps), tuple(routes), doubts[0] if doubts else "")


def _unread(repository: Repository, folder: str, inside: str) -> list[str]:
    """Code and frameworks that are not read here."""
    code = below(code_files(repository), folder)
    found = list(islice((path for path in code if path.endswith(UNREAD)), 1))
    own = f"{inside}package.json"
    for path in (own, "package.json"):
        text = repository.text(path) or ""
        if _FILE_FRAMEWORKS.search(text) or (path != own and _NEXT_ABOVE in text):
            found.append(path)
    return found


def _included(repository: Repository, parts: list[tuple[str, Served]]) -> list[str]:
    """Django's `include` of what is not in this repository may serve anything."""
    modules = {path.removesuffix(".py").replace("/", ".") for path, _ in parts}
    return [
        f"{path}: include({module or '...'})"
        for path, served in parts
        for module in served.includes
        if not any(f".{each}".endswith(f".{module}") for each in modules) or not module
    ]


def is_named_in_code(repository: Repository, folder: str, word: str) -> bool:
    """Whether any code below a folder has this word of a path."""
    return any(
        word in (repository.text(path) or "") for path in below(code_files(repository), folder)
    )
