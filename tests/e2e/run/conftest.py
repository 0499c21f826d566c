"""An image for runs with containers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator

import pytest

from tests.edge.pipeline.containers import images


@pytest.fixture(scope="session")
def image() -> Generator[str]:
    """A small image with a shell, an HTTP server and a client."""
    if not images.usable():
        pytest.skip(images.REASON)
    name = images.make(f"run-{os.getpid()}", changes=("ENV PATH=/bin", 'CMD ["true"]'))
    yield name
    subprocess.run(["podman", "rmi", "--force", name], capture_output=True, check=False)
