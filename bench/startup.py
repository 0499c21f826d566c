"""What placid costs while it does nothing: start-up of the command, and the agent at rest.

Commands are run in turn, not one after the other, so that a noisy moment meets all of them. The
agent's CPU counts the `git` processes it starts; Envoy and the app are left out.
"""

from __future__ import annotations

import compileall
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

RUNS = 20
SETTLE, WATCH = 30.0, 30.0
SOURCES = Path(__file__).resolve().parent.parent / "src"
PLACID = str(Path(sys.executable).with_name("placid"))

APP = """
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args):
        pass

ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hello).serve_forever()
"""

CONFIG = """app: hello
service:
  run: {python} app.py
environments:
  production: {{listen: "127.0.0.1:{port}"}}
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def repository() -> Generator[tuple[Path, int]]:
    """A repository with an app that placid can deploy, and the port it will be served on."""
    with tempfile.TemporaryDirectory(prefix="placid-bench-") as name:
        folder, port = Path(name).resolve(), free_port()
        (folder / "app.py").write_text(APP)
        (folder / "placid.yaml").write_text(CONFIG.format(python=sys.executable, port=port))
        who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
        for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "first"]):
            subprocess.run(["git", *words], cwd=folder, check=True)
        try:
            yield folder, port
        finally:
            for pid in inhabitants(folder):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)


def inhabitants(folder: Path) -> list[int]:
    """Processes that run in `folder` or were given a path in it: what the agent left running."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            lives = Path(os.readlink(entry / "cwd")).is_relative_to(folder)
            told = str(folder).encode() in (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if (lives or told) and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def timed(argv: list[str], folder: Path) -> float:
    """Milliseconds one run takes."""
    begin = time.perf_counter()
    subprocess.run(argv, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1e3


def starts(folder: Path) -> list[str]:
    """A table of start-up times, each against an empty Python program."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "placid --version": [PLACID, "--version"],
        "placid status": [PLACID, "status"],
        "git --version": ["git", "--version"],
        "git status": ["git", "status", "--short"],
    }
    if ansible := shutil.which("ansible"):
        commands["ansible --version"] = [ansible, "--version"]
    for argv in commands.values():
        timed(argv, folder)
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, argv in commands.items():
            took[name].append(timed(argv, folder))
    base = statistics.median(took["python -c pass"])
    return [
        f"| `{name}` | {statistics.median(times):.0f} ms | {min(times):.0f} - {max(times):.0f} ms"
        f" | {statistics.median(times) - base:+.0f} ms | {statistics.median(times) / base:.1f} |"
        for name, times in took.items()
    ]


def answered(port: int, deadline: float = 60.0) -> None:
    """Return once the app answers through Envoy."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise SystemExit("the app never answered: the agent is not at rest")


def cpu(pid: int) -> float:
    """Seconds of CPU the process and the children it waited for have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Resident megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def at_rest(folder: Path, port: int) -> str:
    """The agent's CPU and memory while it follows a branch that does not move."""
    log = folder.with_suffix(".log")
    with log.open("wb") as out:
        agent = subprocess.Popen([PLACID, "serve"], cwd=folder, stdout=out, stderr=out)
    try:
        answered(port)
        time.sleep(SETTLE)
        before, begin = cpu(agent.pid), time.monotonic()
        time.sleep(WATCH)
        used = (cpu(agent.pid) - before) / (time.monotonic() - begin) * 100
        resident = memory(agent.pid)
    finally:
        agent.terminate()
        agent.wait(30)
        log.unlink()
    return (
        f"The agent at rest, following one branch (polled every 5 s), one environment, two copies:"
        f" **{used:.2f} % of a core** (with the git processes it starts) and **{resident:.0f} MB**"
        f" resident, over {WATCH:.0f} s."
    )


def main() -> None:
    compileall.compile_dir(SOURCES, quiet=1)  # as an installed package is
    with repository() as (folder, port):
        resting = at_rest(folder, port)
        table = starts(folder)
    print("## Start-up, and the agent at rest\n")
    print(f"Medians of {RUNS} runs, taken in turn. `placid status` reads a real ledger.\n")
    print("| command | median | range | against an empty Python | times |")
    print("| --- | --- | --- | --- | --- |")
    print("\n".join(table))
    print(f"\n{resting}")


if __name__ == "__main__":
    main()
