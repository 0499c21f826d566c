from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.local_home import Home


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Home]:
    """A home for a local target; whatever runs there ends with the test."""
    home = Home(tmp_path)
    try:
        yield home
    finally:
        home.end()
