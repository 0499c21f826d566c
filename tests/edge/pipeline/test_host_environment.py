"""What a step's environment holds, and what of the user's it does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from placid.edge.pipeline.environment import NETWORK, base_environment, find, search_path
from placid.edge.pipeline.host import HostOptions
from tests.edge.pipeline.places import bash, host, run

USER = {
    "HOME": "/home/ada",
    "PATH": "/home/ada/venv/bin:.:relative:/opt/tools/bin:/usr/bin:/opt/tools/bin:",
    "VIRTUAL_ENV": "/home/ada/venv",
    "PYTHONPATH": "/x",
    "PIP_INDEX_URL": "https://user:secret@pypi.example",
    "http_proxy": "http://user:secret@proxy",
    "SSL_CERT_FILE": "/etc/certs.pem",
    "SSH_AUTH_SOCK": "/run/agent",
    "GITHUB_TOKEN": "ghp_x",
    "LC_ALL": "de_DE.UTF-8",
    "TERM": "xterm",
}


def test_nothing_of_the_users_gets_in(tmp_path: Path) -> None:
    env = base_environment(tmp_path, USER)
    assert set(env) == {"PATH", "HOME", "LANG", "TZ", "USER", "LOGNAME"}
    assert env["HOME"] == str(tmp_path)
    assert env["LANG"] == "C.UTF-8"
    assert env["USER"] == env["LOGNAME"] != ""
    assert "secret" not in str(env)


def test_a_step_has_that_and_no_more(tmp_path: Path) -> None:
    with host(tmp_path, options=HostOptions(user=USER)) as place:
        ran = run(place, "/usr/bin/env", "-0")
        got = dict(item.split("=", 1) for item in ran.output.decode().split("\0") if item)
        assert got == dict(place.environment)
        assert set(got) == {
            *("PATH", "HOME", "LANG", "TZ", "USER", "LOGNAME", "TMPDIR", "RUNNER_TRACKING_ID")
        }


def test_path_has_the_tools_and_no_virtual_environment(tmp_path: Path) -> None:
    path = search_path(tmp_path, USER).split(":")
    assert path[:3] == [str(tmp_path / ".local/bin"), "/opt/tools/bin", "/usr/bin"]
    assert path[3:] == ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/sbin", "/bin"]
    kept = search_path(tmp_path, USER, ("VIRTUAL_ENV",)).split(":")
    assert kept[1] == "/home/ada/venv/bin"
    own = os.path.join(sys.prefix, "bin")
    if sys.prefix != sys.base_prefix:
        assert own not in search_path(tmp_path, {"PATH": f"{own}/:{own}:/bin"}).split(":")
    assert search_path(tmp_path, {}).split(":")[1] == "/usr/local/sbin"


def test_what_is_asked_for_passes(tmp_path: Path) -> None:
    asked = base_environment(tmp_path, USER, ("PIP_*", "TERM", "NOT_THERE", *NETWORK))
    more = set(asked) - set(base_environment(tmp_path, USER))
    assert more == {"PIP_INDEX_URL", "TERM", "http_proxy", "SSL_CERT_FILE"}
    assert base_environment(tmp_path, USER, ("PATH",))["PATH"] == USER["PATH"]


def test_tools_below_the_real_home_find_the_rest_of_themselves(tmp_path: Path) -> None:
    for folder in (".rustup", ".cargo/bin", ".pyenv/shims", ".volta"):
        (tmp_path / folder).mkdir(parents=True)
    user = {"HOME": str(tmp_path), "PATH": f"{tmp_path}/.cargo/bin:{tmp_path}/.pyenv/shims"}
    env = base_environment(tmp_path / "job", user)
    assert env["RUSTUP_HOME"] == str(tmp_path / ".rustup")
    assert env["PYENV_ROOT"] == str(tmp_path / ".pyenv")
    assert "VOLTA_HOME" not in env
    (tmp_path / "other").mkdir()
    assert base_environment(tmp_path, {**user, "PYENV_ROOT": f"{tmp_path}/other"})[
        "PYENV_ROOT"
    ] == str(tmp_path / "other")


def test_a_shared_cache_outlives_homes(tmp_path: Path) -> None:
    options = HostOptions(shared=tmp_path / "shared")
    for name in ("one", "two"):
        with host(tmp_path / name, options=options) as place:
            ran = bash(place, "echo $PWD >> ~/.cache/pip; cat ~/.cache/pip; touch ~/.npm/x ~/y")
            assert len(ran.lines) == {"one": 1, "two": 2}[name]
    with host(tmp_path / "two", options=options) as place:  # a home that is there already
        assert len(bash(place, "cat ~/.cache/pip").lines) == 2
    assert sorted(os.listdir(tmp_path / "shared" / ".npm")) == ["x"]


def test_finding_minds_order_and_the_executable_bit(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").touch(0o755)
    (tmp_path / "a" / "tool").chmod(0o644)
    (tmp_path / "b" / "dir").mkdir()
    path = f"{tmp_path}/none::{tmp_path}/a:{tmp_path}/b/:{tmp_path}/c"
    assert find("tool", path) == f"{tmp_path}/b/tool"
    assert find("dir", path) == ""
    assert find(f"{tmp_path}/a/tool", path) == ""
    assert find(f"{tmp_path}/c/tool", "") == f"{tmp_path}/c/tool"
