"""Real repositories for tests: made with the user's git, away from the user's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

ENVIRON = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "LC_ALL": "C",
}
ADA = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")


def git(at: Path, *args: str) -> str:
    """Run git in a folder as Ada; what it printed."""
    done = subprocess.run(
        ["git", "-C", str(at), *ADA, *args],
        check=False,
        capture_output=True,
        text=True,
        env=ENVIRON,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Source:
    """A repository with a working tree whose branch is `main`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "-b", "main")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, subject: str, **files: str) -> str:
        """Commit files (`app_py="..."` is app.py); the commit's full id."""
        for name, text in (files or {"app_py": subject}).items():
            self.write(name.replace("__", "/").replace("_", "."), text)
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", subject)
        return self.tip()

    def tip(self, revision: str = "HEAD") -> str:
        return git(self.folder, "rev-parse", revision)

    def bare(self, at: Path) -> Path:
        """A bare clone of it, which becomes its origin."""
        git(self.folder, "clone", "-q", "--bare", str(self.folder), str(at))
        git(self.folder, "remote", "add", "origin", str(at))
        return at

    def push(self, *more: str) -> None:
        git(self.folder, "push", "-q", "origin", "main", *more)
