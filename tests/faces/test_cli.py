"""The command line: its help, its exit codes, and bad situations in words a person can act on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from placid.faces.cli import cli

HEAVY = ("aiohttp", "rich", "starlette", "psycopg", "uvicorn", "anyio", "sqlite3")


def placid(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `placid` in a folder; it never shows a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "placid", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def refused(folder: Path, *words: str) -> str:
    """What a command says that ends with exit code 2: an error, and mostly a fix."""
    done = placid(folder, *words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("error: "), done.stderr
    return done.stderr


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    argv = ["git", *who, *words]
    return subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True).stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def settings(folder: Path, port: int) -> None:
    (folder / "placid.yaml").write_text(
        f"""\
app: shop
service:
  run: exec {sys.executable} -m http.server -b 127.0.0.1 $PORT
  health: /
  copies: 1
environments:
  production: {{listen: "127.0.0.1:{port}"}}
"""
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with one commit and a placid.yaml."""
    git(tmp_path, "init", "-q", "-b", "main")
    settings(tmp_path, free_port())
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as the words that name it."""
    yield before
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name)


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_each_command_explains_itself(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"], prog_name="placid")
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith(" ".join(("Usage: placid", *words)))


def test_the_version(tmp_path: Path) -> None:
    done = placid(tmp_path, "--version")
    assert (done.returncode, done.stdout) == (0, f"placid {version('placid')}\n")


def test_the_command_line_imports_nothing_heavy() -> None:
    code = f"import sys, placid.faces.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


def test_a_word_that_is_no_command(tmp_path: Path) -> None:
    done = placid(tmp_path, "deplyo")
    assert done.returncode == 2 and "deplyo" in done.stderr


@pytest.mark.parametrize("command", ["deploy", "serve", "status", "log", "promote", "down"])
def test_without_a_placid_yaml(tmp_path: Path, command: str) -> None:
    said = refused(tmp_path, command)
    assert "placid.yaml" in said and "placid init" in said
    assert not (tmp_path / ".placid").exists()


def test_outside_of_a_repository(tmp_path: Path) -> None:
    settings(tmp_path, free_port())
    assert "git" in refused(tmp_path, "deploy").lower()


def test_a_repository_without_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    settings(tmp_path, free_port())
    assert "commit" in refused(tmp_path, "deploy")


def test_a_branch_that_is_gone(shop: Path) -> None:
    git(shop, "branch", "-m", "main", "trunk")
    assert "main" in refused(shop, "deploy")


def test_a_revision_that_is_not_there(shop: Path) -> None:
    assert "v9.9" in refused(shop, "deploy", "v9.9")


def test_an_environment_that_is_not_there(shop: Path) -> None:
    for words in (["deploy"], ["log"], ["promote"], ["rollback"], ["down"], ["allow", "abc"]):
        said = refused(shop, *words, "--env", "staging")
        assert "staging" in said and "production" in said


@pytest.mark.parametrize("command", ["promote", "abort", "pause", "resume"])
def test_asking_of_a_rollout_when_there_is_none(shop: Path, command: str) -> None:
    assert "no rollout is under way in production" in refused(shop, command)


def test_allowing_what_is_not_in_quarantine(shop: Path) -> None:
    assert "not one commit in quarantine" in refused(shop, "allow", "abcdef")


def test_status_and_log_of_what_never_ran(shop: Path) -> None:
    done = placid(shop, "status")
    assert done.returncode == 0 and "nothing is live" in done.stdout
    assert placid(shop, "log").returncode == 0


@pytest.fixture
def taken(shop: Path) -> Generator[Path]:
    """The shop, whose port another process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings(shop, int(server.getsockname()[1]))
        git(shop, "commit", "-q", "-am", "port")
        yield shop
    placid(shop, "down")


def test_a_port_that_is_taken(taken: Path) -> None:
    done = placid(taken, "deploy")
    assert done.returncode in (1, 2), done.stderr
    assert "127.0.0.1:" in done.stderr and "taken" in done.stderr


def test_a_ledger_that_is_corrupt(shop: Path) -> None:
    home = shop / ".placid"
    home.mkdir()
    (home / "ledger.db").write_bytes(b"these are not the pages you are looking for" * 100)
    for command in ("status", "log", "deploy", "serve", "promote"):
        assert "ledger.db" in refused(shop, command)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(shop: Path) -> None:
    shop.chmod(0o555)
    try:
        assert str(shop) in refused(shop, "deploy")
    finally:
        shop.chmod(0o755)
