from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.pipeline.actions.uses import Bench, close, opened
from tests.edge.real_git import Source


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A job on the host for a repository with two commits on main."""
    source = Source(tmp_path / "source")
    source.commit("one", app_py="1\n", docs__a_md="a\n", docs__deep__b_md="b\n")
    source.commit("two", app_py="2\n")
    bench = opened(tmp_path, source)
    yield bench
    close(bench)
