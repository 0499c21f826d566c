"""The program that becomes any other, tried on this machine itself."""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.edge.pipeline.launcher import MACHINES, Launch, machine, program, request

RAW = st.binary(max_size=80).map(lambda raw: raw.replace(b"\0", b"\x01"))
NAME = RAW.map(lambda raw: raw.replace(b"=", b"") or b"A")


def emulator(kind: str) -> list[str]:
    """What runs programs for that kind of machine here."""
    if kind == platform.machine():
        return []
    found = shutil.which(f"qemu-{kind}-static") or shutil.which(f"qemu-{kind}")
    if found is None:
        pytest.skip(f"programs for {kind} need an emulator: apt-get install qemu-user-static")
    return [found]


def launch(kind: str, launched: Launch) -> tuple[int, bytes, int | None]:
    """Exit code, output, and the size of the request when it is still there."""
    runner = emulator(kind)
    with tempfile.TemporaryDirectory() as folder:
        binary, file = Path(folder, "launch"), Path(folder, "request")
        binary.write_bytes(program(machine(kind)))
        binary.chmod(0o755)
        file.write_bytes(request(machine(kind), os.fsencode(file), launched))
        done = subprocess.run(
            [*runner, str(binary), str(file)], stdout=subprocess.PIPE, check=False
        )
        return done.returncode, done.stdout, file.stat().st_size if file.exists() else None


@pytest.mark.parametrize("kind", sorted(MACHINES))
def test_it_becomes_a_program_in_a_folder(kind: str, tmp_path: Path) -> None:
    script = b"pwd; echo $PATH; exit 7"
    launched = Launch([b"/bin/sh", b"-c", script], os.fsencode(tmp_path), {b"PATH": b"/x"}, 5)
    assert launch(kind, launched) == (7, os.fsencode(tmp_path) + b"\n/x\n", None)


@pytest.mark.parametrize("kind", sorted(MACHINES))
def test_what_cannot_be_started_is_known_by_what_stays(kind: str) -> None:
    assert launch(kind, Launch([b"/nothing"], b"/", {}, 1)) == (errno.ENOENT, b"", 0)
    assert launch(kind, Launch([b"/etc"], b"/", {}, 1)) == (errno.EACCES, b"", 0)
    code, output, size = launch(kind, Launch([b"/bin/sh"], b"/nothing", {}, 1))
    assert (code, output) == (errno.ENOENT, b"")
    assert size


@settings(max_examples=80, deadline=None)
@given(argv=st.lists(RAW, max_size=5), env=st.dictionaries(NAME, RAW, max_size=5))
def test_every_byte_arrives(argv: list[bytes], env: dict[bytes, bytes]) -> None:
    kind = platform.machine()
    printed = launch(kind, Launch([b"/usr/bin/printf", b"%s|", *argv, b"."], b"/", env, 1))
    assert printed == (0, b"".join(each + b"|" for each in (*argv, b".")), None)
    _, seen, _ = launch(kind, Launch([b"/bin/cat", b"/proc/self/environ"], b"/", env, 1))
    pairs = seen.split(b"\0")[:-1]
    assert pairs == [name + b"=" + value for name, value in env.items()]


def test_it_leads_a_session_takes_its_tag_and_heeds_sigint() -> None:
    script = b"echo $$; cat /proc/self/stat /proc/self/limits; grep SigIgn /proc/$$/status"
    _, output, _ = launch(
        platform.machine(), Launch([b"/bin/sh", b"-c", script], b"/", {b"PATH": b"/bin"}, 4242)
    )
    pid, stat, *rest = output.decode().splitlines()
    assert stat.rpartition(")")[2].split()[2:4] == [pid, pid]  # its group and its session
    assert any(re.match(r"Max file locks +4242 ", line) for line in rest)
    ignored = int(rest[-1].split()[1], 16)
    assert ignored & 0b110 == 0  # bits 1 and 2: SIGINT and SIGQUIT


def test_another_kind_of_machine_is_a_problem() -> None:
    with pytest.raises(Problem, match="of kind pdp11"):
        machine("pdp11")
