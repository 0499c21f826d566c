"""The options of `placid run`: one table, from which both the parser and the help are made.

click takes 16 ms to import where a run with 20 steps may take 120 in all, so `placid run` reads
its options by itself, and only `--help` makes a click command of the table.
"""

from __future__ import annotations

from collections.abc import Sequence

from placid.base.errors import Problem


class Option:
    """One option. `kind`: flag, one value, many (may be repeated), or maybe (its value may be left
    out, and must be one of `choices`)."""

    __slots__ = ("choices", "group", "help", "kind", "metavar", "name", "short")

    def __init__(self, name: str, kind: str, help: str, **more: str) -> None:
        self.name, self.kind, self.help = name, kind, help
        self.metavar, self.short = more.get("metavar", ""), more.get("short", "")
        self.choices: tuple[str, ...] = tuple(more.get("choices", "").split())


OPTIONS = (
    Option("workflow", "many", "The workflow to run, a file or its name; all that the event starts "
           "if not given.", short="w", metavar="FILE"),
    Option("event", "one", "What happened; push by default.", short="e", metavar="NAME"),
    Option("event-file", "one", "The event's JSON, as GitHub would send it.", metavar="FILE"),
    Option("ref", "one", "The branch or tag; what is checked out by default.", metavar="NAME"),
    Option("commit", "one", "The commit; the head of the ref by default.", metavar="REV"),
    Option("dirty", "flag", "Run the files as they lie here, not those of the commit."),
    Option("input", "many", "An input of workflow_dispatch.", short="i", metavar="NAME=VALUE"),
    Option("secret", "many", "A secret: from the variable NAME of your environment (asked for when "
           "there is none), from a file, or from another variable. Never the value itself.",
           short="s", metavar="NAME[=@FILE|=$VAR]"),
    Option("secrets-file", "many", "Secrets, as NAME=value lines.", metavar="FILE"),
    Option("var", "many", "A configuration variable (vars.NAME).", metavar="NAME=VALUE"),
    Option("env-file", "many", "Variables of every job's environment, as NAME=value lines.",
           metavar="FILE"),
    Option("pass", "many", "Let a variable of your own environment through.", metavar="NAME"),
    Option("approve", "many", "Let the jobs of an environment go that wait for a person.",
           metavar="ENVIRONMENT"),
    Option("job", "many", "Only this job and what it needs.", short="j", metavar="ID"),
    Option("from", "one", "Begin at this step (its id or name) of the job.", metavar="STEP"),
    Option("failed", "flag", "Only what failed in the last run, and what needs it."),
    Option("resume", "flag", "Carry on the last run that was interrupted; what it has done stays."),
    Option("jobs", "one", "How many jobs at once; as many as this machine has cores by default.",
           short="n", metavar="N"),
    Option("image", "one", "Run jobs that name no container in this one, not on this machine.",
           metavar="IMAGE"),
    Option("offline", "flag", "Never use the network: actions must have been fetched before."),
    Option("skip-action", "many", "Pass over an action as if it had succeeded.",
           metavar="OWNER/NAME"),
    Option("update", "flag", "Resolve the refs of actions anew, whatever the lock file says."),
    Option("strict", "flag", "Refuse to run what may end otherwise at GitHub."),
    Option("watch", "flag", "Run again whenever a file changes."),
    Option("keep", "flag", "Keep the folders of the jobs, to look around."),
    Option("list", "flag", "List the workflows, what starts them, and their jobs; run nothing."),
    Option("graph", "maybe", "Show which jobs would run in which order, and why others would not; "
           "run nothing.", choices="text mermaid"),
    Option("log", "one", "Which logs are shown: full by default, failed on a terminal.",
           choices="full failed none"),
    Option("json", "flag", "One fact a line on stdout, as it happens."),
    Option("report", "one", "Write the result as JSON.", metavar="FILE"),
    Option("junit", "one", "Write the result as JUnit XML.", metavar="FILE"),
    Option("summary", "one", "Write the result and the steps' summaries as Markdown.",
           metavar="FILE"),
)  # fmt: skip
_BY_NAME = {f"--{option.name}": option for option in OPTIONS}
_BY_LETTER = {f"-{option.short}": option for option in OPTIONS if option.short}


class Parsed:
    """Options as given: `values` of those with one, each a list; `words` are the arguments."""

    __slots__ = ("flags", "values", "words")

    def __init__(self) -> None:
        self.flags: set[str] = set()
        self.values: dict[str, list[str]] = {}
        self.words: list[str] = []

    def one(self, name: str) -> str:
        """The last value given, "" for none."""
        return self.values.get(name, [""])[-1]

    def many(self, name: str) -> tuple[str, ...]:
        """All values given."""
        return tuple(self.values.get(name, ()))


def parse(argv: Sequence[str]) -> Parsed:
    """Read the options; Problem with the nearest name for one that is not known."""
    parsed = Parsed()
    left = list(argv)
    while left:
        word = left.pop(0)
        if word == "--":
            parsed.words += left
            break
        if not word.startswith("-") or word == "-":
            parsed.words.append(word)
            continue
        option, value = _option(word)
        _take(parsed, option, value, left)
    return parsed


def _option(word: str) -> tuple[Option, str | None]:
    """The option of a word, and the value that the word itself has."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        option = _BY_NAME.get(name)
        given = value if equals else None
    else:
        option = _BY_LETTER.get(word[:2])
        given = word[2:].removeprefix("=") or None
    if option is None:
        raise _unknown(word.partition("=")[0])
    return option, given


def _unknown(name: str) -> Problem:
    from placid.base.registry import nearest

    guess = nearest(name, [*_BY_NAME])
    hint = f"did you mean {guess}? " if guess else ""
    return Problem(f"placid run has no option {name}", fix=f"{hint}see placid run --help")


def _take(parsed: Parsed, option: Option, value: str | None, left: list[str]) -> None:
    name = option.name
    if option.kind == "flag":
        if value is not None:
            raise Problem(f"--{name} takes no value", fix=f"write --{name} alone")
        parsed.flags.add(name)
        return
    if value is None and option.kind == "maybe":
        value = left.pop(0) if left and left[0] in option.choices else option.choices[0]
    elif value is None:
        if not left:
            wanted = option.metavar or "|".join(option.choices)
            raise Problem(f"--{name} needs a value", fix=f"write --{name} {wanted}")
        value = left.pop(0)
    if option.choices and value not in option.choices:
        shown = ", ".join(option.choices)
        raise Problem(f"--{name} cannot be {value!r}", fix=f"use one of: {shown}")
    parsed.values.setdefault(name, []).append(value)
