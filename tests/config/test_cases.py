"""Broken placid.yaml files and exactly what a person is told.

Each `.case` file holds the input, a line of five dashes, and the expected output.
`UPDATE_CASES=1 pytest tests/config` writes the second half anew; read it before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.base.yamltext import decode
from placid.config import parse
from placid.faces.render import problem_text

CASES = sorted((Path(__file__).parent / "cases").glob("*.case"))
DIVIDER = b"-----\n"
THERE = {"Dockerfile", "config/production.env", "tls/cert.pem", "tls/key.pem", "tls/odd name.pem"}


def told(data: bytes) -> str:
    """What is printed for this placid.yaml."""
    try:
        config = parse(decode(data, "placid.yaml"), "placid.yaml", THERE.__contains__)
    except Problem as problem:
        return problem_text(problem, colour=False) + "\n"
    return f"fine: {config}\n"


@pytest.mark.promise("config-errors")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_this_is_what_a_person_is_told(path: Path) -> None:
    given, _, expected = path.read_bytes().partition(DIVIDER)
    if os.environ.get("UPDATE_CASES"):
        path.write_bytes(given + DIVIDER + told(given).encode())
    else:
        assert told(given) == expected.decode()


def test_there_are_enough_of_them_and_none_is_fine() -> None:
    assert len(CASES) >= 60
    assert [path.stem for path in CASES if DIVIDER + b"fine" in path.read_bytes()] == []
