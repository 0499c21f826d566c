"""Which command runs a step's script: GitHub's shells, and own ones with `{0}` for the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Shell(NamedTuple):
    """A program, what it is given (`{0}` is the script's path), and what the file's name ends in.

    before, after  lines around the user's script
    """

    program: str
    args: tuple[str, ...]
    ending: str
    before: str = ""
    after: str = ""

    def argv(self, program: str, script: str) -> tuple[str, ...]:
        """The command for a script; `program` is where the shell was found."""
        return (program, *(word.replace("{0}", script) for word in self.args))


_PWSH_BEFORE = "$ErrorActionPreference = 'stop'\n"
_PWSH_AFTER = "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }"
_KNOWN = {
    "bash": Shell("bash", ("--noprofile", "--norc", "-e", "-o", "pipefail", "{0}"), ".sh"),
    "sh": Shell("sh", ("-e", "{0}"), ".sh"),
    "python": Shell("python", ("{0}",), ".py"),
    "pwsh": Shell("pwsh", ("-command", ". '{0}'"), ".ps1", _PWSH_BEFORE, _PWSH_AFTER),
    "powershell": Shell("powershell", ("-command", ". '{0}'"), ".ps1", _PWSH_BEFORE, _PWSH_AFTER),
    "cmd": Shell("cmd", ("/D", "/E:ON", "/V:OFF", "/S", "/C", 'CALL "{0}"'), ".cmd"),
}
_UNSAID = Shell("bash", ("-e", "{0}"), ".sh")
_INVALID = (
    "Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, powershell, pwsh) or a "
    "format string containing '{0}'"
)


def shell(named: str, which: Callable[[str], str]) -> tuple[Shell, str]:
    """The shell that `shell:` names ("" when nothing does) and where it is ("" when it is not
    there); ValueError for a name that is none."""
    if not named:
        found = which("bash")
        return (_UNSAID, found) if found else (_KNOWN["sh"], which("sh"))
    known = _KNOWN.get(named)
    if known is None:
        known = _own(named)
    program = which(known.program)
    if not program and known.program == "python":
        program = which("python3")
    return known, program


def _own(named: str) -> Shell:
    if "{0}" not in named:
        raise ValueError(_INVALID)
    import shlex  # noqa: PLC0415 - few steps have a shell of their own

    program, *args = shlex.split(named)
    usual = _KNOWN.get(program)
    ending = usual.ending if usual is not None else ""
    return Shell(program, tuple(args), ending)
