"""The shop of `placid demo`: its own pipeline tells the version that does not add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from placid.faces.demo import Version, write
from tests.e2e.run.harness import Repository


@pytest.mark.parametrize(
    ("version", "result"),
    [
        (Version(1), "success"),
        (Version(2, total="max"), "failure"),
        (Version(3, failing=0.05, delay=0.03), "success"),
    ],
    ids=["good", "does not add up", "found out by its visitors"],
)
def test_the_pipeline_of_a_version(version: Version, result: str, tmp_path: Path) -> None:
    write(tmp_path, version)
    shop = Repository(tmp_path, {}, git=True)
    assert shop.run().job("test").result == result
