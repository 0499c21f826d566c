"""The composition root: where placid.yaml lies in what is followed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from placid.app import House, repository, settings
from placid.config.loading import parse

YAML = "app: shop\nservice: {run: serve}\nsource: {repository: %s}\n"


def house(folder: Path, followed: str) -> House:
    folder.mkdir(parents=True, exist_ok=True)
    return House(parse(YAML % followed, "placid.yaml", lambda _: True), folder)


def init(folder: Path, *words: str) -> None:
    subprocess.run(["git", "init", "-q", *words, str(folder)], check=True)


@pytest.mark.parametrize(
    ("followed", "ours", "there"),
    [
        (".", "shop", "placid.yaml"),
        ("../origin.git", "shop", "placid.yaml"),
        (".", "shop/services/web", "services/web/placid.yaml"),
        ("../..", "shop/services/web", "services/web/placid.yaml"),
    ],
)
def test_placid_yaml_is_looked_for_where_it_lies_in_the_followed_repository(
    tmp_path: Path, followed: str, ours: str, there: str
) -> None:
    init(tmp_path / "shop")
    init(tmp_path / "origin.git", "--bare")
    ours_here = house(tmp_path / ours, followed)
    assert settings(ours_here, repository(ours_here)) == there
