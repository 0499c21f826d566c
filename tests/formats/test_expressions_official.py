"""Side by side with GitHub's own evaluator (npm `@actions/expressions`), which is fetched once.

Left out are the few forms in which the runner, which we follow, is known to differ from it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from placid.formats.expressions import ExpressionError, Function, evaluate, known, parse
from placid.formats.expressions.values import is_array, is_object
from tests.formats.expressions_made import CONTEXTS, FUNCTIONS, some

VERSION = "0.3.61"
FOLDER = Path(tempfile.gettempdir()) / "placid-test-packages" / f"actions-expressions-{VERSION}"
PROGRAM = Path(__file__).with_name("official.mjs")
THEIRS_ALONE = re.compile(
    r"^\s*\Z|0b[01]|0x[0-9a-fA-F]{8}|0[XO]|,\s*\)|''[^']*''|\{[0-9]+[^}0-9]|[0-9]{15}"
    r"|(?i:tojson.*(?:nan|infinity|[0-9]{9}))"
)


@pytest.fixture(scope="module")
def official() -> Path:
    """A folder whose node_modules have the package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm: apt-get install nodejs npm")
    if not (FOLDER / "node_modules" / "@actions" / "expressions").is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        wanted = f"@actions/expressions@{VERSION}"
        command = [npm, "install", "--silent", "--no-save", "--prefix", str(FOLDER), wanted]
        if subprocess.run(command, check=False, capture_output=True, timeout=120).returncode:
            pytest.skip(f"npm cannot fetch {wanted} here (offline?)")
    shutil.copy(PROGRAM, FOLDER / PROGRAM.name)
    return FOLDER


def answers(folder: Path, texts: list[str]) -> list[object]:
    asked = {"contexts": CONTEXTS, "functions": FUNCTIONS, "texts": texts}
    done = subprocess.run(
        ["node", PROGRAM.name],
        cwd=folder,
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    found: list[object] = json.loads(done.stdout)
    return found


def ours(text: str) -> object:
    functions = frozenset(f"{name}({a},{b})" for name, (a, b) in FUNCTIONS.items())
    own: dict[str, Function] = {name: lambda _: True for name in FUNCTIONS}
    try:
        tree = parse(text, known=known(frozenset(CONTEXTS), functions))
        return {"value": evaluate(tree, CONTEXTS, own)}
    except ExpressionError as wrong:
        return {"error": wrong.message}


def written(value: object) -> str:
    """As text in which 1 and 1.0, and 0 and -0, are the same and true is not 1."""
    if is_object(value):
        return ", ".join(f"{key}: {written(item)}" for key, item in value.items()).join("{}")
    if is_array(value):
        return ", ".join(map(written, value)).join("[]")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(float(value) + 0.0)
    return repr(value)


@pytest.mark.parametrize("seed", range(4))
def test_every_value_and_every_error_is_githubs_own(official: Path, seed: int) -> None:
    texts = [text for text in some(seed, 2500) if not THEIRS_ALONE.search(text)]
    assert len(texts) > 1500
    differ = [
        (text, theirs, mine)
        for text, theirs in zip(texts, answers(official, texts), strict=True)
        if written(mine := ours(text)) != written(theirs)
        # Theirs computes all arguments of case, also those that are not needed.
        and not ("case(" in text and "error" in written(theirs))
    ]
    assert differ == []
