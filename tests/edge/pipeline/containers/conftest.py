"""Images and places for the tests of containers."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from dataclasses import dataclass

import pytest

from tests.edge.pipeline.containers import images


@dataclass(frozen=True)
class Images:
    """Names of images: with three shells, with a user of their own, and without any shell."""

    small: str
    bash: str
    dash: str
    user: str
    bare: str


@pytest.fixture(scope="session")
def made() -> Generator[Images]:
    """Test images, removed again at the end."""
    if not images.usable():
        pytest.skip(images.REASON)
    path = "ENV PATH=/usr/local/bin:/usr/bin:/bin"
    run = (path, 'CMD ["true"]')
    found = Images(
        images.make("small", changes=(*run, "ENV GREETING=hello world")),
        images.make("bash", "/bin/bash", changes=(path,)),
        images.make("dash", "/bin/dash", changes=(path,)),
        images.make("user", changes=(path, "USER 1234")),
        images.make("bare", ""),
    )
    yield found
    names = (found.small, found.bash, found.dash, found.user, found.bare)
    subprocess.run(["podman", "rmi", "--force", *names], capture_output=True, check=False)
