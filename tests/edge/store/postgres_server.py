"""A PostgreSQL of our own in a temporary folder, with real passwords, gone when the tests are."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

PASSWORD = "s3cret-of-the-test"
# The server ends, and its folder goes, with the pipe that we hold: also when we are killed.
TIED = '''"$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$0"'''
MISSING = "PostgreSQL is not installed: apt-get install postgresql"


@dataclass(frozen=True)
class Server:
    """A running server; `url(database)` logs in as its superuser."""

    port: int

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://placid:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url(), autocommit=True) as raw:
            raw.execute(statement.encode())


@contextlib.contextmanager
def server() -> Generator[Server]:
    """Make a cluster, start it, and stop and remove it at the end."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        pytest.skip(MISSING)
    programs = binaries[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="placid-postgres-"))
    try:
        with _started(programs, folder) as started:
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _started(programs: Path, folder: Path) -> Generator[Server]:
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    (folder / "password").write_text(PASSWORD)
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    made = [str(programs / "initdb"), "-D", str(data), "-U", "placid", "-A", "scram-sha-256", "-N"]
    made += [f"--pwfile={folder / 'password'}", "--no-locale", "--encoding=UTF8"]
    if int(programs.parent.name) >= 15:  # a language whose order of names is not that of bytes
        made += ["--locale-provider=icu", "--icu-locale=en"]
    subprocess.run(made, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "max_connections": "40",
    }
    told = [
        str(programs / "postgres"),
        "-D",
        str(data),
        *(f"--{k}={v}" for k, v in options.items()),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", TIED, str(folder), *told],
            user=user,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        _wait(Server(port), process, folder / "log")
        yield Server(port)
    finally:
        process.communicate()


def _wait(started: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            started.run("SELECT 1")
            return
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
