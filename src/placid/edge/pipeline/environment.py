"""What a step on this machine has in its environment before anything is added.

Nothing of the user's own: neither tokens nor proxies, no ssh agent, no settings of pip or python,
no terminal, no locale; HOME is the job's, and the time UTC as on GitHub. Only two things say where
this machine's tools are. PATH is the user's without what belongs to virtual environments (placid's
own and an active one) and without relative entries, then the system's folders; in front
`~/.local/bin` of the job's home. And tools found in PATH that keep the rest of themselves below the
real home (rustup's toolchains, pyenv's pythons) get the variable that says where.

`pass_through` lets in more, by name or by a beginning ("PIP_*"); VIRTUAL_ENV there keeps its part
of PATH. Proxies and certificates of a company's network are such a wish, since a proxy's address
may hold a password: NETWORK names them all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

SYSTEM = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")

NETWORK = (
    *("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO"),
    *("NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE", "PIP_CERT"),
)
"""The names to pass through where the way to the network leads through a proxy."""

_HOMES = {  # where a tool keeps the rest of itself: (below the real home, a folder seen in PATH)
    "RUSTUP_HOME": (".rustup", ".cargo/bin"),
    "PYENV_ROOT": (".pyenv", ".pyenv"),
    "RBENV_ROOT": (".rbenv", ".rbenv"),
    "VOLTA_HOME": (".volta", ".volta"),
    "ASDF_DATA_DIR": (".asdf", ".asdf"),
}


def base_environment(
    home: Path, user: Mapping[str, str], pass_through: Iterable[str] = ()
) -> dict[str, str]:
    """The environment for a job with this home; `user` is the environment placid was started in."""
    wanted = tuple(pass_through)
    path = search_path(home, user, wanted)
    found = {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", **_who()}
    found |= _tool_homes(path.split(":"), user)
    if wanted:
        found |= {name: value for name, value in user.items() if _passes(name, wanted)}
    return found


def search_path(home: Path, user: Mapping[str, str], wanted: Iterable[str] = ()) -> str:
    """PATH: absolute folders, each once."""
    dropped = {os.path.join(sys.prefix, "bin")} if sys.prefix != sys.base_prefix else set[str]()
    active = user.get("VIRTUAL_ENV", "")
    if active:
        dropped.add(os.path.join(active, "bin"))
        if _passes("VIRTUAL_ENV", wanted):
            dropped.clear()
    kept = [
        folder
        for folder in user.get("PATH", "").split(":")
        if folder.startswith("/") and os.path.normpath(folder) not in dropped
    ]
    return ":".join(dict.fromkeys([str(home / ".local" / "bin"), *kept, *SYSTEM]))


def find(program: str, path: str) -> str:
    """The first executable file of this name in a PATH, "" when there is none.

    A name with a slash is looked at where it is.
    """
    places = [program] if "/" in program else [f"{f}/{program}" for f in _folders(path)]
    for place in places:
        if os.access(place, os.X_OK) and os.path.isfile(place):
            return place
    return ""


def _folders(path: str) -> list[str]:
    return [folder.rstrip("/") for folder in path.split(":") if folder.startswith("/")]


def _passes(name: str, wanted: Iterable[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in wanted)


@cache
def _who() -> dict[str, str]:
    import pwd  # noqa: PLC0415  only here

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return {"USER": name, "LOGNAME": name}


def _tool_homes(path: list[str], user: Mapping[str, str]) -> dict[str, str]:
    real = user.get("HOME", "")
    found: dict[str, str] = {}
    for name, (folder, seen) in _HOMES.items():
        where = user.get(name) or os.path.join(real, folder)
        sign = os.path.join(real, seen)
        below = any(entry.startswith((sign, where)) for entry in path)
        if real and below and os.path.isdir(where):
            found[name] = where
    return found
