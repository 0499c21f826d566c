"""What a drafted workflow uses from others, pinned: actions by commit, tools by version.

Looked up on 2026-11-23. A commit is here only when projects that have nothing to do with each other
name it with the same version in what they published; who they are stands beside it. Tools are the
newest releases of that day.
"""

from __future__ import annotations

from typing import NamedTuple


class Pin(NamedTuple):
    """A version of an action, as its tag and as the commit the tag stands for."""

    commit: str
    version: str


ACTIONS = {
    # black, coverage, pluggy, pydantic-settings, pytest, starlette, xarray (sdists), ntfy (Debian)
    "actions/checkout": Pin("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    # black, pluggy, pytest, xarray (sdists)
    "actions/setup-python": Pin("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    # ntfy (Debian), and pin tables of four public repositories
    "actions/setup-node": Pin("820762786026740c76f36085b0efc47a31fe5020", "v7.0.0"),
    # cosign, rekor, prometheus-node-exporter (Debian)
    "actions/setup-go": Pin("4a3601121dd01d1626a1e23e37211e3254c1c06c", "v6.4.0"),
    # anyio, pluggy, pydantic-settings, starlette (sdists)
    "astral-sh/setup-uv": Pin("c18668ad3cf93ea998bef934396af7bb5c839dc7", "v10.2.0"),
    # pin tables and workflows of four public repositories
    "ruby/setup-ruby": Pin("8e41b362d2589a22a44c1cfa214b3c83052c195b", "v1.318.0"),
}

TOOLS = {
    "build": "1.6.1",
    "bun": "1.4.5",
    "bundler-audit": "0.9.3",
    "corepack": "0.36.0",
    "govulncheck": "v1.8.0",
    "pip-audit": "2.10.1",
    "pipenv": "2026.10.3",
    "pnpm": "10.34.8",
    "poetry": "2.5.1",
    "pytest": "9.2.0",
    "yarn": "1.22.22",
    "zizmor": "1.32.0",
}


def pinned(action: str) -> str:
    """The `uses:` of an action, with its version in a comment."""
    pin = ACTIONS[action]
    return f"{action}@{pin.commit} # {pin.version}"
