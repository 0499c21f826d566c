"""Linux tells when a file is written to: a descriptor that turns readable, so nobody has to poll.

Through ctypes, since three calls of libc are all it takes. On another system, or when the kernel
has no more watches to give, making one is an OSError, and the caller polls.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_MODIFIED = 0x002
_MOVED_TO = 0x080
_CREATED = 0x100


class Touches:
    """Readable when `path` is written to, or, for a folder, when something is put into it."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            self._descriptor: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            added: int = libc.inotify_add_watch(
                self._descriptor, os.fsencode(path), _MODIFIED | _MOVED_TO | _CREATED
            )
        except AttributeError:
            raise OSError("this system has no inotify") from None
        if added < 0:
            code = ctypes.get_errno()
            if self._descriptor >= 0:
                os.close(self._descriptor)
            raise OSError(code, os.strerror(code), str(path))

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._descriptor

    def drain(self) -> None:
        """Forget what was told so far."""
        try:
            while os.read(self._descriptor, 65536):
                pass
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Stop watching."""
        os.close(self._descriptor)
