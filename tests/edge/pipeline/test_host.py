"""The host place: what goes in, what comes out, what cannot be started."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.edge.pipeline.host import HostPlace
from placid.edge.pipeline.running import Patience, as_bytes, encoded
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import Command, Place
from tests.edge.pipeline.places import bash, host, run


@pytest.fixture
def place(tmp_path: Path) -> Iterator[HostPlace]:
    with host(tmp_path / "job") as place:
        yield place


def test_it_is_a_place_with_the_folders_of_a_job(place: HostPlace) -> None:
    same: Place = place
    layout = same.layout
    folders = (layout.workspace, layout.temp, layout.home, layout.event, layout.files)
    assert all(folder.is_dir() for folder in (*folders, layout.actions, layout.tools))
    assert same.kind == "host"
    assert dict(same.described) == {}
    assert same.inside(layout.home) == str(layout.home)
    assert same.outside(str(layout.home)) == layout.home


def test_both_outputs_come_in_the_order_they_were_written(place: HostPlace) -> None:
    ran = bash(place, "for i in {1..200}; do echo out $i; echo err $i >&2; done")
    assert ran.lines == [f"{kind} {i}" for i in range(1, 201) for kind in ("out", "err")]
    assert ran.code == 0
    assert not ran.stopped


def test_output_needs_no_new_line(place: HostPlace) -> None:
    assert bash(place, "printf 'no end'").output == b"no end"
    assert bash(place, "printf ''").output == b""


def test_a_hundred_megabytes_come_whole(place: HostPlace) -> None:
    sizes: list[int] = []
    command = Command(("head", "-c", "100000000", "/dev/zero"), "/", place.environment)
    with Stopper() as stop:
        assert place.run(command, lambda data: sizes.append(len(data)), stop).code == 0
    assert sum(sizes) == 100_000_000
    assert max(sizes) <= 1 << 20


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pieces=st.lists(st.binary(max_size=70_000), max_size=6))
def test_the_bytes_that_go_in_come_out(place: HostPlace, pieces: list[bytes]) -> None:
    names: list[str] = []
    for index, piece in enumerate(pieces):
        path = place.layout.temp / f"piece{index}"
        path.write_bytes(piece)
        names.append(str(path))
    script = 'for f in "$@"; do cat "$f" >&$((1 + RANDOM % 2)); done'
    assert run(place, "bash", "-c", script, "-", *names).output == b"".join(pieces)


@pytest.mark.parametrize("code", [0, 1, 2, 78, 126, 127, 255])
def test_the_exit_code_is_the_commands(place: HostPlace, code: int) -> None:
    assert bash(place, f"exit {code}").code == code


@pytest.mark.parametrize("name", ["KILL", "TERM", "SEGV", "PIPE"])
def test_a_signal_makes_128_and_its_number(place: HostPlace, name: str) -> None:
    assert bash(place, f"kill -{name} $$").code == 128 + signal.Signals[f"SIG{name}"]


def test_a_program_is_looked_up_in_the_commands_own_path(place: HostPlace, tmp_path: Path) -> None:
    program = tmp_path / "greet"
    program.write_text("#!/bin/sh\necho hello $0\n")
    program.chmod(0o755)
    env = {**place.environment, "PATH": f"relative:{tmp_path}:/usr/bin:/bin"}
    assert run(place, "greet", env=env).lines == [f"hello {program}"]
    assert place.which("greet", env["PATH"]) == str(program)
    assert place.which("greet") == ""
    assert place.which(str(program)) == str(program)
    assert place.which("bash").endswith("/bash")


def test_a_relative_program_lies_in_the_folder(place: HostPlace) -> None:
    program = place.layout.workspace / "x.sh"
    program.write_text("#!/bin/sh\npwd\n")
    program.chmod(0o755)
    assert run(place, "./x.sh").lines == [str(place.layout.workspace)]


def test_a_missing_program_is_a_problem(place: HostPlace) -> None:
    with pytest.raises(Problem, match=r"^pwsh-9: command not found$") as caught:
        run(place, "pwsh-9")
    assert "PATH" in (caught.value.fix or "")


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (("/no/such/program",), "No such file or directory"),
        (("/etc/passwd",), "Permission denied"),
        (("{root}/text",), "Exec format error"),
        (("/bin/echo", "x" * 200_000), "Argument list too long"),
        (("/bin/echo", "a\0b"), "embedded null byte"),
    ],
)
def test_what_cannot_start_says_why(place: HostPlace, argv: tuple[str, ...], why: str) -> None:
    text = place.layout.root / "text"
    text.write_text("neither binary nor script")
    text.chmod(0o755)
    program = argv[0].format(root=place.layout.root)
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(Problem) as caught:
        run(place, program, *argv[1:])
    assert caught.value.what == (
        f"An error occurred trying to start process '{program}' with working directory"
        f" '{place.layout.workspace}'. {why}"
    )
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_missing_folder_is_named(place: HostPlace, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        run(place, "bash", "-c", "true", folder=tmp_path / "nowhere")
    assert caught.value.what.endswith(
        f"bash' with working directory '{tmp_path}/nowhere'. No such file or directory"
    )
    assert "working-directory" in (caught.value.fix or "")


def test_the_environment_is_exactly_what_was_given(place: HostPlace) -> None:
    env = {"A": "1", "EMPTY": "", "SPACES": " a  b ", "LINES": "x\ny\n", "Ü": "ß", "a.b-c": "z"}
    ran = run(place, "/usr/bin/env", "-0", env=env)
    got = dict(item.split("=", 1) for item in ran.output.decode().split("\0") if item)
    assert got.pop("RUNNER_TRACKING_ID") == place.environment["RUNNER_TRACKING_ID"]
    assert got == env


def test_odd_names_and_values_go_as_with_dotnet() -> None:
    assert encoded({"A=B": "x", "": "y", "=Z": "w", "N": "a\0b", "M\0": "c"}) == {
        b"A": b"B=x",
        b"N": b"a",
    }
    assert encoded({"A": "\udc80", "B": "\ud800"}) == {b"A": b"\x80", b"B": b"?"}
    assert as_bytes("\udc80") == b"\x80"


@given(st.dictionaries(st.text(st.characters(exclude_characters="=\0"), min_size=1), st.text()))
def test_usual_names_and_values_go_as_they_are(env: dict[str, str]) -> None:
    values = {name: value.partition("\0")[0] for name, value in env.items()}
    assert encoded(env) == {as_bytes(name): as_bytes(value) for name, value in values.items()}


def test_a_step_cannot_lose_its_mark_from_the_job_by_naming_it(place: HostPlace) -> None:
    env = {**place.environment, "RUNNER_TRACKING_ID": "0"}
    assert bash(place, "echo $RUNNER_TRACKING_ID", env=env).lines == ["0"]


def test_nothing_can_be_read_and_there_is_no_terminal(place: HostPlace) -> None:
    ran = bash(place, "cat; [ -t 0 ] || echo none; (: < /dev/tty) 2>/dev/null || echo no tty")
    assert ran.lines == ["none", "no tty"]


def test_signals_and_files_of_ours_do_not_leak_in(place: HostPlace) -> None:
    descriptor = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    try:
        ran = run(place, "ls", "/proc/self/fd")
    finally:
        os.close(descriptor)
    assert ran.lines == ["0", "1", "2", "3"]
    status = run(place, "grep", "-E", "Sig(Ign|Blk)", "/proc/self/status").lines
    assert all(int(line.split()[1], 16) & 0x1FFFFFFF == 0 for line in status)
    assert bash(place, "umask").lines == ["0022"]


def test_a_sink_that_breaks_ends_the_command(place: HostPlace) -> None:
    def broken(data: bytes) -> None:
        raise ValueError("sink")

    command = Command(("bash", "-c", "echo x; sleep 1000"), "/", place.environment)
    with Stopper() as stop, pytest.raises(ValueError, match="sink"):
        place.run(command, broken, stop)


def test_many_threads_run_many_commands(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))

    def work(place: HostPlace, worker: int) -> list[str]:
        commands = (run(place, "/bin/echo", f"{worker}.{i}") for i in range(200))
        return [line for ran in commands for line in ran.lines]

    with host(tmp_path) as one, ThreadPoolExecutor(8) as pool:
        for worker, lines in enumerate(pool.map(partial(work, one), range(8))):
            assert lines == [f"{worker}.{i}" for i in range(200)]
    assert set(os.listdir("/proc/self/fd")) == before


def test_output_after_the_end_is_waited_for_while_it_comes(place: HostPlace) -> None:
    script = "exec > >(while read -r l; do sleep 0.05; echo got $l; done); echo 1; echo 2"
    assert bash(place, script).lines == ["got 1", "got 2"]


def test_a_background_process_that_holds_the_output_does_not_hold_the_step(
    tmp_path: Path,
) -> None:
    with host(tmp_path, Patience(quiet=0.1, linger=5.0)) as place:
        ran = bash(place, "(sleep 300; echo late) & echo now")
        assert ran.lines == ["now"]
    with host(tmp_path, Patience(quiet=0.5, linger=0.3)) as place:
        ran = bash(place, "while :; do echo busy; sleep 0.01; done & echo now")
        assert ran.lines[0] in ("now", "busy")


def test_a_background_process_lives_on_and_may_write(place: HostPlace, tmp_path: Path) -> None:
    server = "(for i in {1..30}; do head -c 10000 /dev/zero; done; echo written > $0; sleep 300) &"
    sign = str(tmp_path / "sign")
    assert run(place, "bash", "-c", "sleep 0.2; " + server, sign).code == 0
    waited = bash(place, f"while [ ! -s {sign} ]; do sleep 0.02; done; cat {sign}")
    assert waited.lines == ["written"]


def test_leaving_gives_every_descriptor_and_thread_back(tmp_path: Path) -> None:
    before = set(os.listdir("/proc/self/fd")), threading.active_count()
    with host(tmp_path) as place:
        bash(place, "sleep 300 & sleep 300 &")
        bash(place, "sleep 300 &")
    assert (set(os.listdir("/proc/self/fd")), threading.active_count()) == before


def test_python_is_no_different(place: HostPlace) -> None:
    script = "import sys; print('out', flush=True); sys.stderr.write('err'); sys.exit(9)"
    ran = run(place, sys.executable, "-c", script)
    assert (ran.code, ran.output) == (9, b"out\nerr")
