"""Routes that a framework makes without a line of code: the files of a Next.js application below
`app/` and `pages/`, and the health endpoints of Spring's actuator.

Each comes with the file that makes it; a setting that moves them (`basePath`, `base-path`) or adds
others (`rewrites`, a middleware) is a doubt, and so is an application that has pages alone.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Span
from placid.core.audit.model import Repository, path_fact
from placid.core.audit.rule import Place
from placid.formats.routes import Route

_NEXT = re.compile(r"\"next\"\s*:")
_PAGE = re.compile(
    r"(?:src/)?app/(?P<app>(?:[^/]+/)*)(?:page|route)\.[jt]sx?"
    r"|(?:src/)?pages/(?P<page>(?:[^/]+/)*[^/]+)\.[jt]sx?"
)
_ANSWERS = re.compile(r"/route\.[jt]sx?$|^(?:src/)?pages/api/")
_UNSEEN = re.compile(r"\(.*\)|@.*")
_CONFIGS = ("next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs")
_MOVES = re.compile(r"\b(?:basePath|rewrites|i18n|pageExtensions)\b")
_MORE = re.compile(r"(?:src/)?(?:middleware|proxy)\.[jt]s|server\.[cm]?[jt]s")
_BUILDS = ("pom.xml", "build.gradle", "build.gradle.kts")
_SETTINGS = re.compile(r"(?:^|/)application[\w.-]*\.(?:properties|ya?ml)$")
_MOVED = re.compile(r"base-path|path-mapping|context-path")
_HEALTH = ("/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness")


class Given(NamedTuple):
    """What frameworks serve below a folder, as `Serving` has it."""

    apps: tuple[Place, ...]
    routes: tuple[tuple[str, Route], ...]
    doubts: tuple[str, ...]


@path_fact
def given_routes(repository: Repository, folder: str) -> Given:
    """The routes that come with the framework of the project in a folder."""
    pages, actuator = _next(repository, folder), _actuator(repository, folder)
    return Given(pages.apps, (*pages.routes, *actuator.routes), (*pages.doubts, *actuator.doubts))


def _next(repository: Repository, folder: str) -> Given:
    manifest = posixpath.join(folder, "package.json")
    named = _NEXT.search(repository.text(manifest) or "")
    if named is None:
        return Given((), (), ())
    routes: list[tuple[str, Route]] = []
    doubts: list[str] = []
    answers = False
    inside = f"{folder}/" if folder else ""
    for path in repository.paths:
        if not path.startswith(inside):
            continue
        own = path[len(inside) :]
        found = _PAGE.fullmatch(own)
        if found is not None:
            routes.append((path, _route(found)))
            answers = answers or bool(_ANSWERS.search(own))
        elif own.startswith("public/"):
            routes.append((path, Route(own.removeprefix("public"), Span(0, 0))))
        elif _MORE.fullmatch(own) or (
            own in _CONFIGS and _MOVES.search(repository.text(path) or "")
        ):
            doubts.append(path)
    if not answers:
        return Given((), tuple(routes), (manifest,))
    return Given((Place(manifest, Span(*named.span())),), tuple(routes), tuple(doubts))


def _route(found: re.Match[str]) -> Route:
    written = found["app"] if found["app"] is not None else found["page"]
    parts = [part for part in written.split("/") if part and not _UNSEEN.fullmatch(part)]
    if parts and found["app"] is None and parts[-1] == "index":
        parts.pop()
    some = next((at for at, part in enumerate(parts) if "[..." in part), None)
    path = "/" + "/".join(parts if some is None else parts[:some])
    return Route(path, Span(0, 0), prefix=some is not None)


def _actuator(repository: Repository, folder: str) -> Given:
    for name in _BUILDS:
        path = posixpath.join(folder, name)
        text = repository.text(path) or ""
        at = text.find("spring-boot-starter-actuator")
        if at >= 0:
            span = Span(at, at + len("spring-boot-starter-actuator"))
            routes = [(path, Route(each, span)) for each in _HEALTH]
            routes.append((path, Route("/actuator", span, prefix=True)))
            return Given((), tuple(routes), tuple(_moved(repository, folder)))
    return Given((), (), ())


def _moved(repository: Repository, folder: str) -> Iterator[str]:
    inside = f"{folder}/" if folder else ""
    for path in repository.paths:
        ours = path.startswith(inside) and _SETTINGS.search(path)
        if ours and _MOVED.search(repository.text(path) or ""):
            yield path
