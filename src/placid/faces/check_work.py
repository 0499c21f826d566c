"""What `placid check` does with its options: audit, mend, explain, print; exit 1 when it is bad."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from placid.faces.check_options import Given
from placid.faces.ground import Wanted

_SCANNERS = {"zizmor"}


def check(files: tuple[Path, ...], given: Given) -> None:
    """Do what is asked of `files`, or of the whole repository."""
    gc.disable()  # nothing here goes in circles, and looking for them costs a tenth of the time
    if given.explain:
        _print(_page(given.explain))
        return
    wanted = _wanted(files, given)
    if given.write_baseline:
        from placid.faces.checking import keep_baseline

        path, count = keep_baseline(wanted)
        print(f"{count} findings pass from now on; commit {path}", file=sys.stderr)
    elif given.diff:
        from placid.faces.checking import audit
        from placid.faces.mending import difference

        _print(difference(audit(wanted), given.unsafe), end="")
    else:
        _answer(wanted, given)


def _wanted(files: tuple[Path, ...], given: Given) -> Wanted:
    for name in given.only:
        _known(name)
    return Wanted(
        Path.cwd(),
        files,
        given.since,
        given.only,
        baseline=not given.no_baseline,
        secrets=not given.no_secrets,
        history=given.history,
        network=given.network,
        fixes=given.fix or given.diff or given.style in {"json", "sarif"},
    )


def _known(name: str) -> None:
    """Problem when no rule and no area has this name."""
    from placid.core.audit.audit import every_rule
    from placid.core.audit.rule import Area

    if name not in {area.value for area in Area} and name.partition("/")[0] not in _SCANNERS:
        every_rule().get(name)


def _answer(wanted: Wanted, given: Given) -> None:
    """Audit, mend when asked, print; exit 1 when something is bad enough."""
    from placid.faces.checking import audit, failed
    from placid.faces.findings import render
    from placid.faces.findings.text import text

    if given.fix:
        from placid.faces.mending import mend

        report, count = mend(wanted, given.unsafe)
        print(f"mended {count}", file=sys.stderr)
    else:
        report = audit(wanted)
    if given.style == "text":
        _print(text(report, sys.stdout.isatty(), given.everything))
    else:
        _print(render(given.style, report))
    limit = given.fail_on or report.fail_on
    if limit != "never" and failed(report, limit):
        sys.exit(1)


def _print(words: str, end: str = "\n") -> None:
    """Print; when nobody reads any more, end quietly, as a program in a pipe does."""
    try:
        print(words, end=end, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _page(name: str) -> str:
    from placid.core.audit.audit import every_rule

    rule = every_rule().get(name)
    return f"{rule.name} ({rule.severity.name.lower()})\n\n{rule.docs.strip()}"
