"""GitHub's own descriptions and payloads, brought from npm into a cache when npm can be reached.

Nothing of them is committed. Where npm is missing or offline, tests that need them are skipped with
the line that says what to install.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

_CACHE = Path(tempfile.gettempdir()) / "placid-test-packages"


@cache
def package(name: str, version: str, wanted: str) -> Any:  # noqa: ANN401  somebody else's JSON
    """The JSON file `wanted` of an npm package; skips the test when it cannot be had."""
    folder = _CACHE / f"{name.replace('/', '-').strip('@')}-{version}"
    file = folder / wanted.replace("/", "-")
    if not file.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"needs npm to fetch {name}: apt-get install npm")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            _fetch(npm, f"{name}@{version}", Path(scratch))
            found = next(Path(scratch).glob("*.tgz"), None)
            if found is None:
                pytest.skip(f"npm cannot fetch {name}@{version} here (offline?)")
            with tarfile.open(found) as archive:
                member = archive.extractfile(f"package/{wanted}")
                assert member is not None
                part = file.with_suffix(".part")
                part.write_bytes(member.read())
                part.replace(file)
    return json.loads(file.read_bytes())


def _fetch(npm: str, what: str, scratch: Path) -> None:
    subprocess.run(
        [npm, "pack", "--silent", what], cwd=scratch, check=False, capture_output=True, timeout=120
    )


class Operation:
    """One operation of GitHub's OpenAPI description, to hold requests against."""

    def __init__(self, described: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
        self.described, self.whole = described, whole

    def check_query(self, query: Mapping[str, str]) -> None:
        """Every parameter is known, and one of the values it may have."""
        known = {p["name"]: p["schema"] for p in map(self._resolved, self.described["parameters"])}
        for name, value in query.items():
            assert name in known, f"GitHub knows no parameter {name}"
            assert value in known[name].get("enum", [value])

    def check_body(self, body: Mapping[str, Any]) -> None:
        """The body is what is described, and has no key that is not."""
        schema = self.described["requestBody"]["content"]["application/json"]["schema"]
        assert set(body) <= set(schema["properties"])
        whole = {**schema, "components": self.whole["components"]}
        jsonschema_rs.Draft4Validator(whole).validate(body)

    def _resolved(self, part: Any) -> Any:  # noqa: ANN401  a part of the description
        if "$ref" not in part:
            return part
        found: Any = self.whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found


def operation(method: str, path: str) -> Operation:
    """An operation of api.github.com as GitHub describes it."""
    whole = package("@octokit/openapi", "23.0.2", "generated/api.github.com.json")
    return Operation(whole["paths"][path][method], whole)


def examples(event: str) -> list[Any]:
    """Real payloads of one kind of GitHub webhook event."""
    all_events = package("@octokit/webhooks-examples", "7.6.1", "api.github.com/index.json")
    return [e for known in all_events if known["name"] == event for e in known["examples"]]
