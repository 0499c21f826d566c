"""Actions that are containers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from placid.base.errors import Problem
from placid.edge.pipeline.docker_action import content
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import ContainerSpec, DockerAction, Place
from tests.edge.pipeline.containers.conftest import Images
from tests.edge.pipeline.containers.rooms import PLACES, podman, room
from tests.edge.pipeline.places import Ran, so


def act(place: Place, spec: DockerAction, stop: Stopper | None = None) -> Ran:
    pieces: list[bytes] = []
    if stop is not None:
        return Ran(PLACES.docker_action(spec, place, pieces.append, stop), b"".join(pieces))
    with Stopper() as mine:
        return Ran(PLACES.docker_action(spec, place, pieces.append, mine), b"".join(pieces))


@pytest.fixture
def host(made: Images, tmp_path: Path) -> Generator[Place]:
    with room(tmp_path) as place:
        yield place


def test_it_sees_the_jobs_folders_under_githubs_names(host: Place, made: Images) -> None:
    layout = host.layout
    env = {
        "GITHUB_WORKSPACE": str(layout.workspace),
        "GITHUB_OUTPUT": str(layout.files / "out"),
        "GITHUB_EVENT_PATH": str(layout.event / "event.json"),
        "RUNNER_TEMP": str(layout.temp),
        "HOME": str(layout.home),
        "INPUT_WHO-TO-GREET": "Mona the\nOctocat",
        "OTHER": f"{layout.workspace}x and {layout.workspace}",
        "PATH": "/bin",
    }
    script = 'pwd; tr "\\0" "\\n" </proc/$$/environ; '
    script += 'echo "name=value" >"$GITHUB_OUTPUT"; touch here; exit 5'
    spec = DockerAction(env, made.small, entrypoint="sh", args=("-c", script))
    ran = act(host, spec)
    assert ran.code == 5
    assert ran.lines[0] == "/github/workspace"
    assert {
        "GITHUB_WORKSPACE=/github/workspace",
        "GITHUB_OUTPUT=/github/file_commands/out",
        "GITHUB_EVENT_PATH=/github/workflow/event.json",
        "RUNNER_TEMP=/github/runner_temp",
        "HOME=/github/home",
        "INPUT_WHO-TO-GREET=Mona the",
        f"OTHER={env['OTHER']}",
        "CI=true",
        "GITHUB_ACTIONS=true",
    } <= set(ran.lines)
    assert (layout.files / "out").read_text() == "name=value\n"
    assert (layout.workspace / "here").exists()


def test_in_a_container_job_paths_inside_are_translated(made: Images, tmp_path: Path) -> None:
    with room(tmp_path, ContainerSpec(made.small), {"web": ContainerSpec(made.small)}) as place:
        env = {
            "GITHUB_WORKSPACE": place.inside(place.layout.workspace),
            "GITHUB_ENV": place.inside(place.layout.files / "env"),
            "GITHUB_EVENT_PATH": place.inside(place.layout.event / "event.json"),
            "HOME": "/github/home",
            "PATH": "/bin",
        }
        ran = act(place, DockerAction(env, f"docker://{made.small}", entrypoint="env"))
        assert set(ran.lines) >= {
            "GITHUB_WORKSPACE=/github/workspace",
            "GITHUB_ENV=/github/file_commands/env",
            "GITHUB_EVENT_PATH=/github/workflow/event.json",
            "HOME=/github/home",
        }


def test_a_dockerfile_is_built_once_for_each_content(
    host: Place, made: Images, tmp_path: Path
) -> None:
    folder = tmp_path / "action"
    folder.mkdir()
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(f'FROM {made.small}\nCOPY word /word\nENTRYPOINT ["cat", "/word"]\n')
    names: list[str] = []
    for word in ("one", "two"):
        (folder / "word").write_text(word)
        spec = DockerAction({"PATH": "/bin"}, dockerfile=dockerfile)
        first = act(host, spec)
        assert first.code == 0
        assert first.output.endswith(word.encode())
        assert act(host, spec).output == word.encode()
        names.append(f"localhost/placid-action:{content(dockerfile)}")
    assert names[0] != names[1]
    subprocess.run(["podman", "rmi", "--force", *names], capture_output=True, check=True)


def test_a_dockerfile_that_fails(host: Place, made: Images, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {made.small}\nCOPY nothing /\n")
    with pytest.raises(Problem, match="Docker build failed with exit code"):
        act(host, DockerAction({}, dockerfile=folder / "Dockerfile"))
    with pytest.raises(Problem, match="has no Dockerfile"):
        act(host, DockerAction({}, dockerfile=folder / "none" / "Dockerfile"))


def test_a_stop_ends_it(host: Place, made: Images) -> None:
    script = "trap 'echo int' INT; echo up >up; while :; do sleep 0.05; done"
    spec = DockerAction({"PATH": "/bin"}, made.small, entrypoint="sh", args=("-c", script))
    with Stopper() as stop:

        def ask() -> None:
            so((host.layout.workspace / "up").exists)
            stop.ask()

        thread = threading.Thread(target=ask)
        thread.start()
        ran = act(host, spec, stop)
        thread.join()
    assert ran.stopped
    assert ran.code != 0
    assert ran.lines == ["int"]
    so(lambda: "echo up" not in podman("ps", "--all", "--no-trunc", "--format", "{{.Command}}"))


def test_its_variables_are_in_no_arguments(host: Place, made: Images) -> None:
    env = {"INPUT_TOKEN": "pl4nted", "INPUT_KEY": "pl4nted\nkey", "PATH": "/bin"}
    spec = DockerAction(env, made.small, entrypoint="sh", args=("-c", "touch up2; sleep 0.5"))
    seen: list[bytes] = []

    def look() -> None:
        so((host.layout.workspace / "up2").exists)
        seen.extend(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))

    thread = threading.Thread(target=look)
    thread.start()
    assert act(host, spec).code == 0
    thread.join()
    assert seen
    assert not any(b"pl4nted" in line for line in seen)
