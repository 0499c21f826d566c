"""From the options of `placid run` to what is asked: names looked up, values read, secrets kept.

A secret's value is never an argument, since every process of the machine can read those: it comes
from a variable, a file, or the keyboard. No error shows a value.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from placid.base.errors import Problem
from placid.core.pipeline.asked import Answer, Asked, Log
from placid.faces.running.naming import event_named, workflow_named
from placid.faces.running.options import Parsed

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LOGS: dict[str, Log] = {"full": "full", "failed": "failed", "none": "none"}
_TOGETHER = (
    ("dirty", "commit", "the files as they lie here are those of no commit"),
    ("dirty", "ref", "the files as they lie here are those of no other branch"),
    ("list", "graph", "each shows something else"),
    ("failed", "from", "--failed begins where the last run failed"),
    ("failed", "job", "--failed takes the jobs that failed"),
    ("resume", "failed", "a run that was interrupted has not failed yet"),
    ("resume", "job", "a run is carried on with the jobs it began with"),
    ("watch", "commit", "a commit does not change"),
)


class Surroundings:
    """What options are read against: the folder, the environment, and a person to ask."""

    __slots__ = ("ask", "environment", "folder", "warn")

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        warn: Callable[[str], None],
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self.folder, self.environment, self.warn, self.ask = folder, environment, warn, ask


def asked_of(parsed: Parsed, around: Surroundings) -> Asked:
    """What is asked; Problem for what cannot be meant."""
    _possible(parsed)
    folder = around.folder
    named = (*parsed.words, *parsed.many("workflow"))
    return Asked(
        folder=folder,
        workflows=tuple(_relative(workflow_named(name, folder), folder) for name in named),
        event=event_named(parsed.one("event")) if parsed.one("event") else "",
        event_file=_readable(parsed.one("event-file"), around),
        ref=parsed.one("ref"),
        commit=parsed.one("commit"),
        inputs=_pairs(parsed, "input"),
        secrets=_secrets(parsed, around),
        variables=_pairs(parsed, "var"),
        env=_files(parsed, "env-file", around, secret=False),
        passed=_passed(parsed, around),
        jobs=parsed.many("job"),
        from_step=parsed.one("from"),
        failed="failed" in parsed.flags,
        resume="resume" in parsed.flags,
        answer=_answer(parsed),
        image=parsed.one("image"),
        dirty="dirty" in parsed.flags,
        watch="watch" in parsed.flags,
        parallel=_count(parsed.one("jobs")),
        keep="keep" in parsed.flags,
        report=_written(parsed.one("report"), around),
        junit=_written(parsed.one("junit"), around),
        summary=_written(parsed.one("summary"), around),
        json="json" in parsed.flags,
        approve=parsed.many("approve"),
        offline="offline" in parsed.flags,
        strict="strict" in parsed.flags,
        skip=parsed.many("skip-action"),
        update="update" in parsed.flags,
        log=_LOGS.get(parsed.one("log"), ""),
    )


def _possible(parsed: Parsed) -> None:
    given = parsed.flags | parsed.values.keys()
    for one, other, why in _TOGETHER:
        if one in given and other in given:
            raise Problem(f"--{one} and --{other} cannot go together: {why}", fix="leave one out")


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _answer(parsed: Parsed) -> Answer:
    if "list" in parsed.flags:
        return "list"
    graph = parsed.one("graph")
    return "mermaid" if graph == "mermaid" else "graph" if graph else "run"


def _count(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and int(text)):
        raise Problem(f"--jobs cannot be {text!r}", fix="write a number from 1, like --jobs 4")
    return int(text or 0)


def _readable(name: str, around: Surroundings) -> Path | None:
    """A file that is to be read."""
    if not name:
        return None
    path = around.folder / name
    if not path.is_file():
        raise Problem("there is no such file", where=name, fix="name a file that exists")
    return path


def _written(name: str, around: Surroundings) -> Path | None:
    """A file that is to be written when the run is over: better to know now that it can be."""
    if not name:
        return None
    path = around.folder / name
    if path.is_dir() or not path.parent.is_dir():
        what = "this is a folder" if path.is_dir() else "the folder of this file does not exist"
        raise Problem(what, where=name, fix="name a file in a folder that exists")
    return path


def _pairs(parsed: Parsed, option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in parsed.many(option):
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Problem(f"--{option} {name} has no value", fix=f"write --{option} NAME=VALUE")
        found[name] = value
    return found


def _passed(parsed: Parsed, around: Surroundings) -> tuple[str, ...]:
    for name in parsed.many("pass"):
        if name not in around.environment:
            from placid.base.registry import nearest

            guess = nearest(name, [*around.environment])
            fix = f"did you mean {guess}?" if guess else f"set {name} first"
            raise Problem(f"your environment has no variable {name}", fix=fix)
    return parsed.many("pass")


def _secrets(parsed: Parsed, around: Surroundings) -> dict[str, str]:
    found = _files(parsed, "secrets-file", around, secret=True)
    for text in parsed.many("secret"):
        name, equals, source = text.partition("=")
        if not _NAME.match(name):
            raise Problem(
                "a secret's name has letters, digits and _ only, and begins with no digit",
                where="--secret",
                fix="write --secret NAME",
            )
        found[name] = _secret(name, source if equals else f"${name}", around)
    return found


def _secret(name: str, source: str, around: Surroundings) -> str:
    """The value of one secret, from where its option says."""
    if source.startswith("@"):
        path = _readable(source[1:], around)
        return _read(path, source[1:], around).decode().rstrip("\r\n") if path else ""
    variable = source.removeprefix("$").strip("{}")
    if not source.startswith("$") or not _NAME.match(variable):
        raise Problem(
            f"the value of {name} must not be an argument: every process here could read it",
            where="--secret",
            fix=f"write --secret {name} and set the variable {name}, or --secret {name}=@FILE",
        )
    if variable in around.environment:
        return around.environment[variable]
    if around.ask is not None:
        return around.ask(name)
    raise Problem(
        f"the secret {name} has no value: your environment has no variable {variable}",
        where="--secret",
        fix=f"set {variable}, or write --secret {name}=@FILE, or use --secrets-file",
    )


def _files(parsed: Parsed, option: str, around: Surroundings, *, secret: bool) -> dict[str, str]:
    from placid.formats.envfile import parse

    found: dict[str, str] = {}
    for name in parsed.many(option):
        path = _readable(name, around)
        if path is not None:
            data = _read(path, name, around) if secret else _bytes(path, name)
            found.update(parse(data, name))
    return found


def _read(path: Path, name: str, around: Surroundings) -> bytes:
    """A file with secrets, with a warning when others may read it, too."""
    data = _bytes(path, name)
    if path.stat().st_mode & 0o077:
        around.warn(f"warning: {name} holds secrets and others can read it (chmod 600 {name})")
    return data


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem(
            f"the file cannot be read ({error.strerror})", where=name, fix="let yourself read it"
        ) from error


def ask_person(name: str) -> str:
    """A secret typed by a person, unseen."""
    from getpass import getpass

    return getpass(f"secret {name}: ", sys.stderr)
