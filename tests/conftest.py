from __future__ import annotations

import pytest
from trio.testing import MockClock


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    """Every async test runs on a clock that jumps: an hour of baking takes a millisecond.

    Modules that test a real adapter say "asyncio" in a fixture of their own.
    """
    return "trio", {"clock": MockClock(autojump_threshold=0)}
