"""Side by side with GitHub's published parser (npm `@actions/workflow-parser`), fetched once.

Left out is what GitHub's servers refuse beyond it, and its failures on a few whole expressions.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from random import Random

import pytest

from placid.formats.workflows import validate
from placid.formats.workflows.validating import Kind

from .workflows_made import mutated

VERSION = "0.3.61"
FOLDER = Path(tempfile.gettempdir()) / "placid-test-packages" / f"workflow-parser-{VERSION}"
PROGRAM = Path(__file__).with_name("official_workflows.mjs")
SAMPLES = sorted((Path(__file__).parent / "workflows").iterdir())
OURS_ALONE = re.compile(
    "The identifier|No event triggers|you may only define|invalid value workflow reference"
    "|would collide|Required property is missing|: no number"
)
THEIRS_ALONE = re.compile("InsertExpressionToken|encountered while reading 'env key'")
MANY = int(os.environ.get("PLACID_MUTATIONS", "400"))


@pytest.fixture(scope="module")
def official() -> Path:
    """A folder whose node_modules have the package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm: apt-get install nodejs npm")
    package = FOLDER / "node_modules" / "@actions" / "workflow-parser"
    if not package.is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        wanted = f"@actions/workflow-parser@{VERSION}"
        command = [npm, "install", "--silent", "--no-save", "--prefix", str(FOLDER), wanted]
        if subprocess.run(command, check=False, capture_output=True, timeout=120).returncode:
            pytest.skip(f"npm cannot fetch {wanted} here (offline?)")
    for script in package.glob("dist/*/*.js"):
        text = script.read_text()
        script.write_text(
            re.sub(r'(\.min\.json")( with \{[^}]*\})?;', r'\1 with {type: "json"};', text)
        )
    shutil.copy(PROGRAM, FOLDER / PROGRAM.name)
    return FOLDER


def asked(folder: Path, cases: list[tuple[Kind, str]]) -> list[list[str]]:
    lines = json.dumps([{"kind": kind, "text": text} for kind, text in cases])
    done = subprocess.run(
        ["node", PROGRAM.name],
        cwd=folder,
        input=lines.encode(),
        capture_output=True,
        check=True,
        timeout=300,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def kind_of(path: Path) -> Kind:
    return "action" if "action" in path.name else "workflow"


def test_refuses_what_github_refuses(official: Path) -> None:
    random = Random(20261123)
    cases: list[tuple[Kind, str]] = [(kind_of(path), path.read_text()) for path in SAMPLES]
    for _ in range(MANY):
        path = random.choice(SAMPLES)
        cases.append((kind_of(path), mutated(path.read_text(), random)))
    theirs = asked(official, cases)
    assert theirs[: len(SAMPLES)] == [[]] * len(SAMPLES)
    differ: list[str] = []
    for (kind, text), said in zip(cases, theirs, strict=True):
        ours = [fault.message for fault in validate(text, kind)]
        left = [each for each in ours if not OURS_ALONE.match(each)] if not said else ours
        known = any(THEIRS_ALONE.search(each) for each in said)
        if bool(left) != bool(said) and not known:
            differ.append(f"{said} against {ours} in\n{text}")
    assert not differ, f"{len(differ)} of {len(cases)}; {differ[0]}"
