"""What CI does for one language of a repository, as steps and commands."""

from __future__ import annotations

from dataclasses import dataclass

NO_TESTS = "no tests were found"
"""How the doubt begins that a language has no tests."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job: an action of pins.py with its inputs, or commands, one a line.

    Commands run where the project is, or at the top of the repository.
    """

    name: str = ""
    action: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    at_top: bool = False


@dataclass(frozen=True, slots=True)
class Toolchain:
    """How a language is set up, installed, tested, built and audited.

    `setup` comes first in every job that needs the language. `because` are sentences of what was
    chosen from where, `unsure` of what is not known.
    """

    language: str
    setup: tuple[Step, ...] = ()
    install: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    audit: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
