"""Each workflow command but stop-commands, carried out: what it leads to, and its log lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from placid.base.errors import Problem
from placid.formats.runnertext.annotations import note_of_command
from placid.formats.runnertext.lines import BLANKS, Parsed
from placid.formats.runnertext.notes import Level
from placid.formats.runnertext.said import Refused, Said

if TYPE_CHECKING:
    from placid.formats.runnertext.matcherfiles import Matcher

Carry = Callable[[Said, Parsed], list[str]]

_BLOCKED = {"node_options": "NODE_OPTIONS"}
_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning", "notice": "notice"}
_DEPRECATED = (
    "The `{}` command is deprecated and will be disabled soon. Please upgrade to using Environment "
    "Files. For more information see: https://github.blog/changelog/2022-10-11-github-actions-"
    "deprecating-save-state-and-set-output-commands/"
)
_DISABLED = (
    "The `{}` command is disabled. Please upgrade to using Environment Files or opt into unsecure "
    "command execution by setting the `ACTIONS_ALLOW_UNSECURE_COMMANDS` environment variable to "
    "`true`. For more information see: https://github.blog/changelog/2020-10-01-github-actions-"
    "deprecating-set-env-and-add-path-commands/"
)


def _issue(said: Said, parsed: Parsed) -> list[str]:
    level = _LEVELS[parsed.command.lower()]
    return said.annotate(note_of_command(level, parsed, said.options.workspace))


def _debugged(said: Said, parsed: Parsed) -> list[str]:
    return said.debug(parsed.data)


def _group(said: Said, parsed: Parsed) -> list[str]:
    return [f"##[group]{parsed.data}"]


def _endgroup(said: Said, parsed: Parsed) -> list[str]:
    return ["##[endgroup]"]


def _set_output(said: Said, parsed: Parsed) -> list[str]:
    lines = said.warning(_DEPRECATED.format("set-output"))
    said.outputs[_name_in(parsed, lines)] = parsed.data
    return lines


def _save_state(said: Said, parsed: Parsed) -> list[str]:
    lines = said.warning(_DEPRECATED.format("save-state"))
    said.state[_name_in(parsed, lines)] = parsed.data
    return lines


def _set_env(said: Said, parsed: Parsed) -> list[str]:
    _unsecure(said, "set-env")
    name = _name_in(parsed)
    if blocked := _BLOCKED.get(name.lower()):
        why = f"Can't update {blocked} environment variable using ::set-env:: command."
        return said.error(why)
    said.env[name] = parsed.data
    return said.debug(f"{name}='{parsed.data}'")


def _add_path(said: Said, parsed: Parsed) -> list[str]:
    _unsecure(said, "add-path")
    if not parsed.data:
        raise Refused("Value cannot be null. (Parameter 'path')")
    said.path = [*(folder for folder in said.path if folder != parsed.data), parsed.data]
    return []


def _unsecure(said: Said, command: str) -> None:
    if not said.options.allows("ACTIONS_ALLOW_UNSECURE_COMMANDS"):
        raise Refused(_DISABLED.format(command))


def _add_mask(said: Said, parsed: Parsed) -> list[str]:
    if not parsed.data.strip(BLANKS):
        why = "Can't add secret mask for empty string in ##[add-mask] command."
        return said.warning(why)
    said.masks.add(parsed.data)
    return ["::add-mask::***"] if said.echo else []


def _echo_on(said: Said, parsed: Parsed) -> list[str]:
    value = parsed.data.strip(BLANKS).lower()
    if value not in ("on", "off"):
        raise Refused(
            "Invalid echo command value. Possible values can be: 'on', 'off'. "
            f"Current value is: '{parsed.data}'."
        )
    said.echo = value == "on"
    return said.debug(f"Setting echo command value to '{value}'")


def _add_matcher(said: Said, parsed: Parsed) -> list[str]:
    if not parsed.data:
        return said.warning("File path must be specified.")
    matchers = _read(said, parsed.data)
    said.matchers.add(matchers)
    owners = ", ".join(f"'{matcher.owner}'" for matcher in matchers)
    if not matchers:
        return []
    return said.debug(
        f"Added matchers: {owners}. Problem matchers scan action output for known warning or "
        "error strings and report these inline."
    )


def _remove_matcher(said: Said, parsed: Parsed) -> list[str]:
    owner, file = parsed.property("owner"), parsed.data
    if owner and file:
        why = (
            "Either specify an owner name or a file path in ##[remove-matcher] command. "
            "Both values cannot be set."
        )
        return said.warning(why)
    if not owner and not file:
        why = "Either an owner name or a file path must be specified."
        return said.warning(why)
    owners = [owner] if owner else [matcher.owner for matcher in _read(said, file)]
    said.matchers.remove(owners)
    return said.debug("Removed matchers: " + ", ".join(f"'{each}'" for each in owners))


def _read(said: Said, path: str) -> tuple[Matcher, ...]:
    # Most runs meet no matcher.
    from placid.formats.runnertext.matcherfiles import MatcherError, read_matchers  # noqa: PLC0415

    try:
        return read_matchers(said.options.read(path))
    except (Problem, MatcherError, OSError) as error:
        raise Refused(str(error)) from None


def _nothing(said: Said, parsed: Parsed) -> list[str]:
    return []


def _name_in(parsed: Parsed, shown: list[str] | None = None) -> str:
    if name := parsed.property("name"):
        return name
    command = parsed.command.lower()
    raise Refused(f"Required field 'name' is missing in ##[{command}] command.", shown)


CARRY: dict[str, Carry] = {
    "add-mask": _add_mask,
    "add-matcher": _add_matcher,
    "add-path": _add_path,
    "debug": _debugged,
    "echo": _echo_on,
    "endgroup": _endgroup,
    "error": _issue,
    "group": _group,
    "internal-set-repo-path": _nothing,
    "notice": _issue,
    "remove-matcher": _remove_matcher,
    "save-state": _save_state,
    "set-env": _set_env,
    "set-output": _set_output,
    "warning": _issue,
}
