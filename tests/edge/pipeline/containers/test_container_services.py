"""Services beside a job: reached by name or by port, ready before the steps, removed after."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import urllib.request
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.edge.pipeline.flags import full_name, options, port, variables, without_limits
from placid.edge.pipeline.looking import Check, Health, check, looked
from placid.edge.pipeline.places import differs
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import ContainerSpec, Layout, PlaceSpec
from tests.edge.pipeline.containers.conftest import Images
from tests.edge.pipeline.containers.rooms import PLACES, do, labelled, part, podman, room
from tests.edge.pipeline.places import so

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
NAMES = st.from_regex(r"[A-Z_][A-Z0-9_.-]{0,9}", fullmatch=True)
SERVE = "sh -c 'mkdir -p /tmp/www; echo served >/tmp/www/x; exec httpd -f -p 80 -h /tmp/www'"
HEALTH = "--health-cmd 'wget -q -O - http://127.0.0.1/x' --health-interval 10s --health-retries 5"


def test_a_job_in_a_container_reaches_them_by_name(made: Images, tmp_path: Path) -> None:
    web = ContainerSpec(made.small, ports=("80",), options=HEALTH, command=SERVE)
    other = ContainerSpec(made.small, entrypoint="sleep", command="1000")
    said: list[str] = []
    with room(tmp_path, ContainerSpec(made.small), {"web": web, "other": other}, said) as place:
        assert do(place, "wget", "-q", "-O", "-", "http://web/x").lines == ["served"]
        described = part(place, "services", "web")
        assert described["ports"] == {}
        assert described["network"] == part(place, "container")["network"] != ""
        assert podman("inspect", "--format", "{{.Id}}", str(described["id"])).strip() == str(
            described["id"]
        )
        assert part(place, "services", "other")["id"] != described["id"]
    assert podman("ps", "--all", "--quiet", "--filter", f"id={described['id']}") == ""
    assert str(described["network"]) not in podman("network", "ls", "--format", "{{.Name}}")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["_temp", "_tool", "repo"]


def test_a_job_on_this_machine_reaches_them_by_port(made: Images, tmp_path: Path) -> None:
    web = ContainerSpec(made.small, ports=("80", "81/udp"), options=HEALTH, command=SERVE)
    with room(tmp_path, None, {"web": web}) as place:
        assert place.kind == "host"
        ports = part(place, "services", "web", "ports")
        assert set(ports) == {"80", "81"}
        with urllib.request.urlopen(f"http://127.0.0.1:{ports['80']}/x", timeout=5) as answer:
            assert answer.read() == b"served\n"
        assert "container" not in place.described


def test_their_variables_are_in_no_arguments(made: Images, tmp_path: Path) -> None:
    env = {"PASSWORD": "pl4nted", "LINES": "pl4nted\ntwice"}
    web = ContainerSpec(made.small, env, command="sh -c 'echo \"$PASSWORD\"; exec sleep 1000'")
    said: list[str] = []
    with room(tmp_path, None, {"web": web}, said):
        lines = {path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
        assert not any(b"pl4nted" in line for line in lines)


def test_their_logs_are_told_at_the_end(made: Images, tmp_path: Path) -> None:
    said: list[str] = ["begin"]
    web = ContainerSpec(made.small, command="sh -c 'echo to out; echo to err >&2; exec sleep 100'")
    with room(tmp_path, None, {"web": web}, said):
        pass
    assert said[-3:] == ["Print service container logs: web", "to out", "to err"]


def test_one_that_fails_says_so_with_its_last_lines(made: Images, tmp_path: Path) -> None:
    bad = ContainerSpec(made.small, command="sh -c 'echo no such database; exit 3'")
    slow = ContainerSpec(made.small, options="--health-cmd false", command="sleep 1000")
    checked = ContainerSpec(made.small, bad.env, options="--health-cmd true", command=bad.command)
    for services in ({"db": bad}, {"slow": slow, "db": checked}):
        with (
            pytest.raises(Problem, match=r"(?s)service db exited with code 3.*no such database"),
            room(tmp_path, ContainerSpec(made.small), services),
        ):
            raise AssertionError


def test_one_that_ends_well_is_no_trouble(made: Images, tmp_path: Path) -> None:
    with room(tmp_path, ContainerSpec(made.small), {"once": ContainerSpec(made.small)}) as place:
        assert do(place, "true").code == 0


def test_one_that_stays_unhealthy(made: Images, tmp_path: Path) -> None:
    flags = "--health-cmd false --health-interval 300ms --health-retries 2"
    sick = ContainerSpec(made.small, options=flags, command="sleep 1000")
    with (
        pytest.raises(Problem, match=r"service db is unhealthy: .* after 0\.6 s"),
        room(tmp_path, None, {"db": sick}),
    ):
        raise AssertionError


def test_a_port_that_is_taken(made: Images, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        web = ContainerSpec(made.small, ports=(f"{number}:80",), command="sleep 1000")
        with (
            pytest.raises(Problem, match="already in use") as caught,
            room(tmp_path, None, {"web": web}),
        ):
            raise AssertionError
    assert "job.services.web.ports" in (caught.value.fix or "")


def test_a_stop_while_they_start(made: Images, tmp_path: Path) -> None:
    sick = ContainerSpec(made.small, options="--health-cmd false", command="sleep 1000")
    mark = f"placid-test-services-{os.getpid()}"
    spec = PlaceSpec(Layout(tmp_path, "repo"), mark, services={"db": sick})
    with Stopper() as stop:

        def ask() -> None:
            so(lambda: labelled(mark) != [] and podman("ps", "-q") != "")
            stop.ask()

        thread = threading.Thread(target=ask)
        thread.start()
        with pytest.raises(Problem, match="cancel"), PLACES.open(spec, print, stop):
            raise AssertionError
        thread.join()
    assert labelled(mark) == []


def test_names_of_images() -> None:
    assert full_name("node:20") == "docker.io/library/node:20"
    assert full_name("owner/name") == "docker.io/owner/name"
    assert full_name("ghcr.io/owner/name@sha256:1") == "ghcr.io/owner/name@sha256:1"
    assert full_name("localhost/name") == "localhost/name"
    assert full_name("localhost:5000/name") == "localhost:5000/name"


def test_words_of_options() -> None:
    assert options("--cpus 1 -e 'A=b c'") == ["--cpus", "1", "-e", "A=b c"]
    with pytest.raises(Problem, match="No closing quotation"):
        options("-e 'A=b")
    assert options("--entrypoint x", ("--network",)) == ["--entrypoint", "x"]
    run = ("--ulimit", "nofile=1:1", "--ulimit", "nproc=2:2", "--init")
    assert without_limits(run, ["--ulimit", "nofile=9"]) == ["--ulimit", "nproc=2:2", "--init"]
    assert without_limits(run, ["--ulimit=nproc=9", "--x"]) == ["--ulimit", "nofile=1:1", "--init"]
    assert without_limits(run, []) == list(run)


def test_ports_are_on_the_loopback_address() -> None:
    assert port("5432") == "127.0.0.1::5432"
    assert port("5432/tcp") == "127.0.0.1::5432/tcp"
    assert port("80:5432") == "127.0.0.1:80:5432"
    assert port("0.0.0.0:80:5432") == "0.0.0.0:80:5432"
    assert port("[::1]:80:80") == "[::1]:80:80"


def test_variables_that_no_file_can_hold(tmp_path: Path) -> None:
    env = {"A": "1", "B": "x\ny", "C D": "2", "E": "\udcff", "F": "x" * 70_000, "G": " # 'é"}
    told = variables(env)
    file = tmp_path / "env"
    odd = ["B", "C D", "E", "F", "G"]
    named = [word for name in odd for word in ("--env", name)]
    assert told.write(file) == ["--env-file", str(file), *named]
    assert file.read_text() == "A=1\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(told.named) == odd
    assert variables({}).write(file) == []


def test_health_checks_as_engines_tell_them() -> None:
    assert check(None) is None
    assert check(Health()) is check(Health(["NONE"])) is None
    assert check(Health(["CMD-SHELL", "a | b"])) == Check(("sh", "-c", "a | b"), 90.0)
    ms = 1_000_000
    assert check(Health(["CMD", "a", "b"], 500 * ms, 2, 1000 * ms)) == Check(("a", "b"), 2.0)
    seen = looked(
        '[{"Id": "x", "State": {"Running": true, "ExitCode": 0}, "NetworkSettings": {"Ports":'
        '{"1/tcp": null, "2/udp": [{"HostIp": "", "HostPort": "3"}]}}, "Config": {}}]'
    )
    assert (seen.id, seen.running, seen.ports, seen.check) == ("x", True, {"2": "3"}, None)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    env=st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_.-]{0,9}", fullmatch=True), TEXT, min_size=30)
)
def test_the_variables_of_a_container_arrive(made: Images, env: dict[str, str]) -> None:
    own = {f"X{name}": value for name, value in env.items()}
    with (
        tempfile.TemporaryDirectory() as root,
        room(Path(root), ContainerSpec(made.small, own)) as place,
    ):
        seen = {name: place.environment.get(name) for name in own}
    assert seen == own


def test_differences_are_said(tmp_path: Path) -> None:
    layout, one = Layout(tmp_path, "repo"), ContainerSpec("x", volumes=("data:/x", "/a:/b"))
    assert differs(PlaceSpec(layout, "m")) == ()
    assert any("volume data" in each for each in differs(PlaceSpec(layout, "m", one)))
    assert any("127.0.0.1" in each for each in differs(PlaceSpec(layout, "m", None, {"a": one})))


def test_a_health_check_that_hangs(made: Images, tmp_path: Path) -> None:
    flags = "--health-cmd 'sleep 1000' --health-interval 100ms --health-retries 1"
    sick = ContainerSpec(
        made.small, options=f"{flags} --health-timeout 200ms", command="sleep 1000"
    )
    with (
        pytest.raises(Problem, match="service db is unhealthy"),
        room(tmp_path, None, {"db": sick}),
    ):
        raise AssertionError
