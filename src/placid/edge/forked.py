"""Work done in a second process, which sees all that we know at the moment it begins.

The child is a fork: nothing is handed over, and only the result travels back, pickled. Begin before
any thread is started. What the child raises is raised where its result is asked for.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Forked(Generic[T]):
    """`work`, begun in a process of its own; `result` waits for it, once."""

    def __init__(self, work: Callable[[], T]) -> None:
        read, write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(read)
            _answer(work, write)
        os.close(write)
        self._read = read

    def result(self) -> T:
        """What `work` returned."""
        with os.fdopen(self._read, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        if not data:
            code = os.waitstatus_to_exitcode(status)
            raise RuntimeError(f"the second process ended with {code} and no result")
        error, found = pickle.loads(data)
        if error is not None:
            raise error
        result: T = found
        return result


def _answer(work: Callable[[], object], write: int) -> None:
    """In the child: write what `work` returns or raises, and end without any clean-up of ours."""
    code = 1
    try:
        with os.fdopen(write, "wb") as pipe:
            try:
                answer: tuple[BaseException | None, object] = (None, work())
            except BaseException as error:
                answer = (error, None)
            pipe.write(pickle.dumps(answer, protocol=5))
        code = 0
    finally:
        os._exit(code)
