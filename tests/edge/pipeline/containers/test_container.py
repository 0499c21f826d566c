"""A job in a container: its commands arrive as they are, and nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.edge.pipeline.host import HostOptions
from placid.edge.pipeline.places import Places, clean
from placid.engine.pipeline.stopping import Stopper
from placid.ports.pipeline import ContainerSpec, Layout, Place, PlaceSpec
from tests.edge.pipeline.containers.conftest import Images
from tests.edge.pipeline.containers.rooms import PLACES, do, labelled, part, podman, room
from tests.edge.pipeline.places import QUICK, so

TEXT = st.binary(max_size=60).map(lambda raw: os.fsdecode(raw.replace(b"\0", b"")))
NAMES = st.binary(min_size=1, max_size=12).map(
    lambda raw: os.fsdecode(raw.replace(b"\0", b"").replace(b"=", b"") or b"A")
)


@pytest.fixture(scope="module", params=["small", "bash", "dash"])
def place(
    request: pytest.FixtureRequest, made: Images, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Place]:
    image = str(getattr(made, request.param))
    with room(tmp_path_factory.mktemp("job"), ContainerSpec(image)) as opened:
        yield opened


def test_it_is_laid_out_as_on_github(place: Place) -> None:
    layout = place.layout
    names = {
        layout.workspace: "/__w/repo/repo",
        layout.temp: "/__w/_temp",
        layout.files / "a b": "/__w/_temp/_runner_file_commands/a b",
        layout.home: "/github/home",
        layout.event / "event.json": "/github/workflow/event.json",
        layout.actions / "o/n/v1": "/__w/_actions/o/n/v1",
        layout.tools / "node": "/__t/node",
        layout.root: "/__w",
    }
    for outer, inner in names.items():
        assert place.inside(outer) == inner
        assert place.outside(inner) == outer
    assert place.outside("/__w/_temp/_github_home/x") == layout.home / "x"
    assert place.outside("/usr/bin") == Path("/usr/bin")
    assert do(place, "pwd").lines == ["/__w/repo/repo"]
    assert place.environment["HOME"] == "/github/home"
    assert place.environment["GITHUB_ACTIONS"] == place.environment["CI"] == "true"
    (layout.workspace / "seen").write_text("both sides")
    assert do(place, "cat", "/__w/repo/repo/seen").output == b"both sides"
    do(place, "sh", "-c", "echo back >/github/home/there")
    assert (layout.home / "there").read_text() == "back\n"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(argv=st.lists(TEXT, max_size=4), env=st.dictionaries(NAMES, TEXT, max_size=5))
def test_every_byte_arrives(place: Place, argv: list[str], env: dict[str, str]) -> None:
    assert do(place, "printf", "%s|", *argv, "end").output == b"".join(
        os.fsencode(each) + b"|" for each in (*argv, "end")
    )
    seen = do(place, "/bin/cat", "/proc/self/environ", env=env).output
    assert set(seen.split(b"\0")[:-1]) == {
        os.fsencode(name) + b"=" + os.fsencode(value) for name, value in env.items()
    }


def test_names_that_are_no_variables_of_a_shell(place: Place) -> None:
    env = {"INPUT_NODE-VERSION": "20", "UID": "7", "PPID": "x", "IFS": "0", "LC_ALL": "é"}
    seen = do(place, "/bin/cat", "/proc/self/environ", env=env).output
    assert seen.split(b"\0")[:-1] == [f"{name}={v}".encode() for name, v in env.items()]


def test_an_environment_of_a_megabyte(place: Place) -> None:
    env = {f"V{number}": "x" * 100_000 for number in range(10)}
    assert len(do(place, "/bin/cat", "/proc/self/environ", env=env).output) > 1_000_000


def test_exit_codes(place: Place) -> None:
    assert [do(place, "sh", "-c", f"exit {code}").code for code in (0, 1, 2, 126, 255)] == [
        *(0, 1, 2, 126, 255)
    ]
    assert do(place, "sh", "-c", "kill -9 $$").code == 137
    assert do(place, "sh", "-c", "kill -TERM $$").code == 143


@pytest.mark.parametrize(
    ("argv", "folder", "why"),
    [
        (("placid-nothing",), "/__w", "placid-nothing: command not found"),
        (("/nothing",), "/__w", "start process '/nothing'.*No such file or directory"),
        (("/__w",), "/__w", "Permission denied"),
        (("/bin/sh",), "/nothing", "working directory '/nothing'. No such file or directory"),
        (("/bin/sh",), "/bin/sh", "working directory '/bin/sh'. Not a directory"),
        (("/bin/sh", "a\0b"), "/__w", "embedded null byte"),
        (("/bin/sh", "x" * (1 << 20)), "/__w", "Argument list too long"),
    ],
)
def test_what_cannot_be_started_says_why(
    place: Place, argv: tuple[str, ...], folder: str, why: str
) -> None:
    with pytest.raises(Problem, match=why):
        do(place, *argv, folder=folder)
    assert do(place, "true").code == 0


def test_which(place: Place) -> None:
    assert place.which("sh") == "/bin/sh"
    assert place.which("placid-nothing") == place.which("a b") == place.which("") == ""
    assert place.which("sh", "/nowhere:/bin/") == "/bin/sh"
    assert place.which("sh", "/nowhere") == place.which("sh", "bin:.") == ""
    assert place.which("/bin/sh") == "/bin/sh"
    assert place.which("/bin/nothing") == place.which("bin", "/") == ""
    tool = place.layout.workspace / "tool"
    tool.write_text("#!/bin/sh\necho made here\n")
    assert place.which("tool", "/__w/repo/repo:/bin") == ""
    tool.chmod(0o755)
    assert place.which("tool", "/__w/repo/repo:/bin") == "/__w/repo/repo/tool"
    assert do(place, "tool", env={"PATH": "/__w/repo/repo:/bin"}).lines == ["made here"]


def test_much_output_and_none_lost(place: Place) -> None:
    ran = do(place, "sh", "-c", "seq 1 200000; echo err >&2")
    expected = "".join(f"{number}\n" for number in range(1, 200_001)) + "err\n"
    assert ran.output.decode() == expected


def test_commands_side_by_side(place: Place) -> None:
    results: dict[int, bytes] = {}

    def one(number: int) -> None:
        results[number] = do(place, "sh", "-c", f"echo {number}; sleep 0.2; echo {number}").output

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: f"{n}\n{n}\n".encode() for n in range(8)}


def test_standard_input_is_empty_and_no_descriptor_leaks(place: Place) -> None:
    assert do(place, "cat").output == b""
    assert do(place, "ls", "/proc/self/fd").lines[:3] == ["0", "1", "2"]
    assert len(do(place, "ls", "/proc/self/fd").lines) == 4  # and the folder itself


def test_a_stop_begins_with_sigint(place: Place) -> None:
    script = "trap 'echo interrupted; exit 9' INT; echo up >mark; while :; do sleep 0.1; done"
    ran, took = stopped(place, script, "mark")
    assert ran == (9, True, ["interrupted"])
    assert took < QUICK.interrupt + 5


def test_who_ignores_sigint_gets_sigterm_and_then_is_killed(place: Place) -> None:
    script = "trap 'echo int' INT; trap 'echo term' TERM; echo up >mark2;"
    ran, _ = stopped(place, script + "while :; do sleep 0.05; done", "mark2")
    assert ran[:2] == (137, True)
    assert [line for line in ran[2] if line in ("int", "term")] == ["int", "term"]


def test_what_hides_is_killed_too(place: Place) -> None:
    script = "trap '' INT TERM; setsid sh -c 'echo $$ >/__w/hid; exec sleep 987' & echo up >mark3;"
    ran, _ = stopped(place, script + "while :; do sleep 0.05; done", "mark3")
    assert ran[:2] == (137, True)
    hidden = (place.layout.root / "hid").read_text().strip()
    so(lambda: do(place, "sh", "-c", f"grep -q 987 /proc/{hidden}/cmdline").code != 0)


def stopped(place: Place, script: str, sign: str) -> tuple[tuple[int, bool, list[str]], float]:
    """How a script ended that was stopped once it had made a file; and the seconds from then."""
    file = place.layout.workspace / sign
    file.unlink(missing_ok=True)
    with Stopper() as stop:

        def ask() -> None:
            so(file.exists)
            stop.ask()

        thread = threading.Thread(target=ask)
        thread.start()
        began = time.monotonic()
        ran = do(place, "sh", "-c", script, stop=stop)
        thread.join()
    return (ran.code, ran.stopped, ran.lines), time.monotonic() - began


def test_a_deadline_stops(place: Place) -> None:
    with Stopper(deadline=time.monotonic() + 0.2) as stop:
        ran = do(place, "sleep", "60", stop=stop)
    assert (ran.code, ran.stopped) == (130, True)


def test_asked_before_it_began(place: Place) -> None:
    with Stopper() as stop:
        stop.ask()
        ran = do(place, "sh", "-c", "echo never", stop=stop)
    assert (ran.code, ran.stopped, ran.output) == (130, True, b"")


def test_a_server_lives_through_later_steps(place: Place) -> None:
    script = "(while echo tick; do sleep 0.02; done) & echo $! >/__w/server"
    assert do(place, "sh", "-c", script).code == 0
    pid = (place.layout.root / "server").read_text().strip()
    assert do(place, "sh", "-c", f"sleep 0.3; kill -0 {pid} && kill {pid}").code == 0


def test_its_orphans_are_reaped(place: Place) -> None:
    script = "(sleep 0.05 & echo $! >/__w/orphan)"
    assert do(place, "sh", "-c", script).code == 0
    pid = (place.layout.root / "orphan").read_text().strip()

    def reaped() -> bool:
        return do(place, "ls", f"/proc/{pid}").code != 0

    so(reaped)


def test_the_image_says_what_the_environment_is(made: Images, tmp_path: Path) -> None:
    env = {"TOKEN": "s3cret", "ODD": "two\nlines", "HOME": "/elsewhere", "CI": "no"}
    with room(tmp_path, ContainerSpec(made.small, env)) as place:
        seen = place.environment
        assert seen["GREETING"] == "hello world"
        assert seen["PATH"] == "/usr/local/bin:/usr/bin:/bin"
        assert (seen["TOKEN"], seen["ODD"]) == ("s3cret", "two\nlines")
        assert (seen["HOME"], seen["CI"]) == ("/github/home", "no")
        assert "TERM" not in seen
        lines = {path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
        assert not any(b"s3cret" in line or b"two\nlines" in line for line in lines)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["_temp", "_tool", "repo"]


def test_an_image_with_its_own_user(made: Images, tmp_path: Path) -> None:
    with room(tmp_path, ContainerSpec(made.user)) as place:
        tmp_path.chmod(0o755)
        assert do(place, "id", "-u").lines == ["1234"]
        with pytest.raises(Problem, match="No such file"):
            do(place, "/nothing")
        assert do(place, "true").code == 0


def test_an_image_without_a_shell(made: Images, tmp_path: Path) -> None:
    with (
        pytest.raises(Problem, match="has no shell") as caught,
        room(tmp_path, ContainerSpec(made.bare)),
    ):
        raise AssertionError
    assert "debug" in (caught.value.fix or "")


def test_options_volumes_and_ports(made: Images, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    spec = ContainerSpec(
        made.small,
        volumes=(f"{kept}:/kept",),
        options="--hostname 'given-name' --env=EXTRA=1 --user 0",
    )
    with room(tmp_path / "job", spec) as place:
        assert do(place, "hostname").lines == ["given-name"]
        assert place.environment["EXTRA"] == "1"
        do(place, "touch", "/kept/file")
    assert (kept / "file").exists()


@pytest.mark.parametrize("word", ["--network host", "--network=host", "--entrypoint x", "--net=x"])
def test_refused_options(made: Images, tmp_path: Path, word: str) -> None:
    spec = ContainerSpec(made.small, options=word)
    with pytest.raises(Problem, match="is not supported"), room(tmp_path, spec):
        raise AssertionError
    assert "_placid" not in "".join(os.listdir(tmp_path))


def test_a_wrong_option_is_told_in_the_engines_words(made: Images, tmp_path: Path) -> None:
    spec = ContainerSpec(made.small, options="--placid-no-such-flag")
    with pytest.raises(Problem, match="unknown flag"), room(tmp_path, spec):
        raise AssertionError


def test_jobs_do_not_meet_in_one_network(made: Images, tmp_path: Path) -> None:
    serve = "nc -l -p 8099 -e true & sleep 0.2; kill -0 $!"
    with (
        room(tmp_path / "a", ContainerSpec(made.small)) as one,
        room(tmp_path / "b", ContainerSpec(made.small)) as two,
    ):
        assert do(one, "sh", "-c", serve).code == 0
        assert do(two, "sh", "-c", serve).code == 0


def test_a_stop_while_it_starts(made: Images, tmp_path: Path) -> None:
    spec = PlaceSpec(Layout(tmp_path, "repo"), "placid-test-stop", ContainerSpec(made.small))
    with Stopper() as stop:
        stop.ask()
        with pytest.raises(Problem, match="cancel"), PLACES.open(spec, print, stop):
            raise AssertionError
    assert labelled("placid-test-stop") == []


def test_a_container_that_is_removed_meanwhile(made: Images, tmp_path: Path) -> None:
    with room(tmp_path, ContainerSpec(made.small)) as place:
        number = str(part(place, "container")["id"])
        killer = threading.Timer(0.3, lambda: podman("rm", "--force", "-t", "0", number))
        killer.start()
        with pytest.raises(Problem, match="container ended"):
            do(place, "sleep", "60")
        killer.join()
        with pytest.raises(Problem, match="container ended"):
            do(place, "true")


KILLED = """
import sys
from collections.abc import Generator
from pathlib import Path
from placid.ports.pipeline import *
from placid.edge.pipeline.places import Places
from placid.engine.pipeline.stopping import Stopper
root, image, mark = sys.argv[1:]
spec = PlaceSpec(Layout(Path(root), "repo"), mark, ContainerSpec(image),
                 {"web": ContainerSpec(image, command="sleep 1000")})
with Stopper() as stop, Places().open(spec, lambda text: None, stop) as place:
    place.run(Command(("sh", "-c", "echo up >up; sleep 1000"), "/__w/repo/repo",
              place.environment), lambda data: None, stop)
"""


def test_killed_it_leaves_nothing_after_the_next_start(made: Images, tmp_path: Path) -> None:
    mark = f"placid-test-killed-{os.getpid()}"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path), made.small, mark])
    try:
        so((tmp_path / "repo/repo/up").exists, 30)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()

    def of_the_job() -> list[str]:
        flags = ("--filter", f"label=placid.mark={mark}", "--format", "{{.Command}}")
        return [line for line in podman("ps", "--all", *flags).splitlines() if "agent" in line]

    so(lambda: of_the_job() == [], 30)  # the agent saw its input end
    assert labelled(mark) != []  # the service and the network wait for the next start
    assert clean([mark]) == []
    assert labelled(mark) == []


@pytest.mark.usefixtures("made")
def test_no_image_and_no_network(tmp_path: Path) -> None:
    said: list[str] = []
    spec = ContainerSpec("127.0.0.1:1/placid/nothing:1")
    with (
        pytest.raises(Problem, match="cannot be pulled") as caught,
        room(tmp_path, spec, said=said),
    ):
        raise AssertionError
    assert "no way to its registry" in (caught.value.fix or "")


def test_an_engine_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with (
        pytest.raises(Problem, match="podman or docker"),
        room(tmp_path, ContainerSpec("x"), places=Places(HostOptions())),
    ):
        raise AssertionError
