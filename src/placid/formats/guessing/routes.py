"""A health route that the code has already, with the place it was seen.

Only lines that look like the making of a route count: a string with the path in it, beside a word
that frameworks use for it. A URL in a client, a comment or a test does not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from placid.formats.guessing.found import Tree

_NAMES = (
    "health|healthz|health-check|health_check|healthcheck|_health|readyz|ready|readiness|livez"
    "|live|liveness|up|ping|status"
)
_ORDER: list[str] = [*_NAMES.split("|")]
_PATH = rf"/?(?:[\w-]+/){{0,3}}(?:{_NAMES})/?"
_STRING = re.compile(rf"""["'`](?:GET )?(?P<path>{_PATH})["'`]""")
_MAKES = re.compile(
    r"""@\w[\w.]*\(|\b(?:add_)?(?:api_)?route\(|\bRoute\(|\b(?:re_)?path\(|\.(?:get|all|use|add_get"""
    r"""|any|Get|GET|Any|Handle|HandleFunc|Head)\(|^\s*get\s|Route::|===?\s*["'`]/"""
    r"""|\bin\s*[({\[]\s*["'`]/|\bcase\s+["'`]/|url_path|startsWith\(|startswith\(""",
)
_COMMENT = re.compile(r"^\s*(#|//|\*|/\*|--)")
_CLIENT = re.compile(r"\b(requests|httpx|axios|fetch|client|session|http)\.(get|post)\(|\bfetch\(")
_PREFIX = re.compile(r"""(?:APIRouter|Blueprint)\([^)]*?prefix\s*=\s*["'](/[\w/-]+)["']""", re.S)
_CODE = (".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".go", ".rb", ".php", ".rs", ".java")
_FILES = re.compile(
    rf"^(?:src/)?(?:pages/(?P<page>(?:[\w-]+/)*(?:{_NAMES}))\.[jt]sx?"
    rf"|app/(?P<app>(?:[\w-]+/)*(?:{_NAMES}))/route\.[jt]s)$"
)


class Route(NamedTuple):
    """A path and where it is made ("shop/web.py:12")."""

    path: str
    place: str


def health_route(tree: Tree) -> Route | None:
    """The most telling health route of the code, or None."""
    routes = [*_written(tree), *_by_file_name(tree)]
    return min(routes, key=lambda route: _rank(route.path), default=None)


def front_page(tree: Tree) -> Route | None:
    """A route for "/" itself, or None."""
    for path, text in tree.code(*_CODE):
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"""["'`](?:GET )?/(?:\{\$\})?["'`]""", line) and _makes(line):
                return Route("/", f"{path}:{number}")
    return None


def _written(tree: Tree) -> list[Route]:
    routes: list[Route] = []
    for path, text in tree.code(*_CODE):
        prefix = _PREFIX.search(text)
        for number, line in enumerate(text.splitlines(), 1):
            found = _STRING.search(line)
            if not found or not _makes(line):
                continue
            own = prefix[1] if prefix and not re.match(r"\s*@app\.", line) else ""
            routes.append(Route(f"{own}/{found['path'].lstrip('/')}", f"{path}:{number}"))
    return routes


def _makes(line: str) -> bool:
    return bool(_MAKES.search(line)) and not (_COMMENT.match(line) or _CLIENT.search(line))


def _by_file_name(tree: Tree) -> list[Route]:
    routes: list[Route] = []
    for path, _ in tree.code(".js", ".jsx", ".ts", ".tsx"):
        found = _FILES.match(path)
        if found:
            routes.append(Route(f"/{found['page'] or found['app']}", path))
    return routes


def _rank(path: str) -> tuple[int, int]:
    last = path.strip("/").rpartition("/")[2]
    return _ORDER.index(last), path.count("/")
