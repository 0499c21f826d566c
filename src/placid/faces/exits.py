"""How a command ends when something goes wrong: words and an exit code, without click.

0 fine; 1 the answer is no; 2 a Problem that a person can mend; 3 our bug; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

from placid.base.errors import Problem


@contextmanager
def exiting() -> Generator[None]:
    """Turn what goes wrong inside into words on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except Problem as problem:
        tell_problem(problem)
    except Exception:
        tell_bug()


def tell_problem(problem: Problem) -> NoReturn:
    """Say what a person can mend."""
    from placid.faces.render import problem_text

    print(problem_text(problem, sys.stderr.isatty()), file=sys.stderr)
    sys.exit(2)


def tell_bug() -> NoReturn:
    """Keep what a report of the present exception needs, and say where."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="placid-", suffix=".md", delete=False) as report:
        report.write(f"placid met a bug.\n\n```\n{traceback.format_exc()}```\n")
    print(f"This is a bug in placid. Please report what is in {report.name}", file=sys.stderr)
    sys.exit(3)
