"""Images for tests, made of this machine's own programs: no registry is asked."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

BUSYBOX = Path("/bin/busybox")
APPLETS = (
    *("sh", "cat", "ls", "env", "id", "sleep", "echo", "true", "false", "touch", "test", "grep"),
    *("seq", "tr", "head", "wc", "kill", "pwd", "httpd", "wget", "nc", "ps", "stat", "setsid"),
    *(
        "readlink",
        "base64",
        "chmod",
        "chown",
        "mkdir",
        "dd",
        "hostname",
        "printf",
        "rm",
        "tail",
        "ulimit",
    ),
)
REASON = (
    "containers need a podman that works: apt-get install podman runc slirp4netns buildah "
    "busybox-static; inside of a container that one must be privileged"
)


@cache
def usable() -> bool:
    """Whether these tests can run here. Inside of a container podman often has no storage that it
    can use, and says so only the second time."""
    if shutil.which("podman") is None or not BUSYBOX.exists():
        return False
    image, empty = f"localhost/placid-test-usable-{os.getpid()}", b"\0" * 1024
    argv = ["podman", "import", "-", image]
    done = subprocess.run(argv, input=empty, capture_output=True, check=False)
    again = subprocess.run(["podman", "rmi", "--force", image], capture_output=True, check=False)
    return done.returncode == again.returncode == 0


def libraries(program: str) -> list[str]:
    """What a program of this machine is linked with."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+)", said)


def make(name: str, sh: str = "busybox", changes: tuple[str, ...] = ()) -> str:
    """An image with busybox and its applets; `sh` is another shell of this machine (a path), or ""
    for no shell and no applets."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(BUSYBOX, "bin/busybox")
        for applet in APPLETS if sh else ():
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            if applet == "sh":
                link.linkname = sh
            tar.addfile(link)
        for file in [sh, *libraries(sh)] if "/" in sh else ():
            tar.add(Path(file).resolve(), file.lstrip("/"))
        for folder in ("tmp", "etc", "proc", "dev", "sys"):
            made = tarfile.TarInfo(folder)
            made.type, made.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(made)
    image = f"localhost/placid-test-{name}"
    flags = [word for change in changes for word in ("--change", change)]
    subprocess.run(
        ["podman", "import", *flags, "-", image],
        input=archive.getvalue(),
        capture_output=True,
        check=True,
    )
    return image
