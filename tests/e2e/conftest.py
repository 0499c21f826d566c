from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.stage import Site


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    """A repository of its own; everything that it started is stopped at the end."""
    site = Site(tmp_path / "shop")
    yield site
    site.close()
