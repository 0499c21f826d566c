"""Copies as containers, through the podman of this machine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.core.rollout.world import Release, Split
from placid.edge import containers
from placid.ports import Manifest
from tests.edge.local_home import Home, gone, until
from tests.edge.pipeline.containers import images
from tests.load import load

BUSYBOX = Path("/bin/busybox")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        not images.usable(),
        reason=images.REASON,
    ),
]
A = "aaaaaaaaaa-000001"
DOCKERFILE = """FROM scratch
COPY busybox /bin/busybox
COPY health /www/health
COPY health /www/index.html
CMD ["/bin/busybox", "sh", "-c", "exec /bin/busybox httpd -f -p 127.0.0.1:$PORT -h /www"]
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def image(tmp_path: Path) -> AsyncGenerator[str]:
    """A tiny web server; removed after the test."""
    folder = tmp_path / "image"
    folder.mkdir()
    shutil.copy(BUSYBOX, folder / "busybox")
    (folder / "health").write_text("fine\n")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    code, said = await containers.output(
        ["podman", "build", "-q", "-t", "placid-test", str(folder)]
    )
    assert code == 0, said
    yield "localhost/placid-test"
    await containers.output(["podman", "rmi", "--force", "placid-test"])


def command_lines(local: Home) -> list[bytes]:
    return [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in local.processes()]


async def test_a_container_serves_is_adopted_and_retired(local: Home, image: str) -> None:
    release = Release(A, "", "", "")
    env = {"TOKEN": "a secret value"}
    local.put(Manifest(release, "/", "", image, env, drain=2.0, stop=2.0, interval=0.2))
    async with local.target() as target:
        await target.scale(A, 1)
        world = await until(target, lambda w: w.of(A).ready == 1 or w.of(A).failures > 0)
        assert world.of(A).trouble == ""
        await target.shift(Split({A: 100.0}))
        assert not any(b"secret" in line for line in command_lines(local))
    group = containers.group({"PLACID_HOME": str(local.folder), "PLACID_ENVIRONMENT": "production"})
    before = await containers.running(group)
    assert len(before) == 1
    async with local.target() as target:
        assert (await target.look()).of(A).ready == 1
        assert await containers.running(group) == before
        async with load("127.0.0.1", local.port, 50, slow=False) as tally:
            await asyncio.sleep(0.3)
        assert tally.failures == []
        await target.shift(Split())
        await target.retire(A)
        await until(target, gone(A))
    assert await containers.running(group) == {}


async def test_a_container_that_ends_says_why(local: Home, image: str) -> None:
    release = Release(A, "", "", "")
    local.put(
        Manifest(
            release, "/", "", image, {"PATH": "/bin"}, health="/nothing", deadline=1.0, stop=1.0
        )
    )
    async with local.target() as target:
        await target.scale(A, 1)
        world = await until(target, lambda world: world.of(A).failures > 0)
        assert "the last answer was 404" in world.of(A).trouble
        await target.retire(A)
        await until(target, gone(A))


async def test_an_image_that_is_not_here_is_a_problem() -> None:
    with pytest.raises(Problem, match="no container can be run here"):
        await containers.engine("localhost/placid-no-such-image")
