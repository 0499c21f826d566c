"""An audit's report in the formats that people and programs read: `FORMATS[name](report)`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from placid.base.registry import nearest
from placid.core.audit.report import Report

NAMES = ("github", "json", "junit", "markdown", "sarif")


def render(name: str, report: Report) -> str:
    """The report in a format for programs, one of NAMES; without the last newline."""
    if name not in NAMES:
        raise ValueError(f"no format is called {name!r}, did you mean {nearest(name, [*NAMES])!r}?")
    write: Callable[[Report], str] = import_module(f"{__name__}.{name}").write
    return write(report)
