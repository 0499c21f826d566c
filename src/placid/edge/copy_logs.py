"""The log of a copy: kept small without the app's help, and quoted when the copy fails.

Rotation copies and truncates, because the app holds the file open (O_APPEND, so it goes on at the
new end). What is quoted never shows a value of the release's environment.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

LARGEST = 10 * 1024 * 1024
KEPT = 5
QUOTED = 300
SECRET = re.compile(r"key|token|secret|pass|pwd|credential|auth|dsn|url|private|salt", re.I)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def rotate(log: Path, largest: int = LARGEST, kept: int = KEPT) -> bool:
    """Move a log that has grown too large aside (`x.log.1` is the newest); says whether it did."""
    try:
        if log.stat().st_size <= largest:
            return False
    except OSError:
        return False
    for number in range(kept - 1, 0, -1):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{log}.{number}", f"{log}.{number + 1}")
    shutil.copyfile(log, f"{log}.1")
    os.truncate(log, 0)
    return True


def end_of(log: Path) -> int:
    """The log's size in bytes, 0 when there is none."""
    try:
        return log.stat().st_size
    except OSError:
        return 0


def tail(log: Path, begun: int, most: int = 8192) -> str:
    """The end of what was written since the log had `begun` bytes."""
    size = end_of(log)
    begun = begun if begun <= size else 0
    try:
        with log.open("rb") as file:
            file.seek(max(begun, size - most))
            return file.read(most).decode(errors="replace")
    except OSError:
        return ""


def last_line(log: Path, begun: int, env: Mapping[str, str] | None = None) -> str:
    """The last line that says something, secrets masked, at most 300 characters; "" when none."""
    for line in reversed(masked(tail(log, begun), env or {}).splitlines()):
        if text := ESCAPES.sub("", line).strip():
            return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
    return ""


def masked(text: str, env: Mapping[str, str]) -> str:
    """`text` without the values of `env` (each line of those that have several)."""
    for value in sorted(hidden(env), key=len, reverse=True):
        text = text.replace(value, "***")
    return text


def hidden(env: Mapping[str, str]) -> Iterator[str]:
    """Values that must not be shown: all but short ones whose names sound harmless."""
    for name, value in env.items():
        least = 1 if SECRET.search(name) else 4
        if value.strip() and len(value) >= least:
            yield from (value, value.strip())
        yield from (line for line in value.splitlines() if line.strip() and len(line) >= least)
