r"""What a step says by workflow commands, carried out.

    commands = Commands(masks, matchers, options)
    commands.take("::set-output name=a::1")     # the lines for the log; None: it is plain text
    commands.outputs, commands.notes.kept, commands.failed

One object for one step. `take` gives what GitHub's log shows: `##[error]...` for an annotation,
`##[group]...`, nothing for a command that works in silence. It is not masked yet; annotations are.
Between `::stop-commands::token` and `::token::` every line is plain text. A command that cannot be
carried out makes the step fail, whatever its exit code.
"""

from __future__ import annotations

from placid.formats.runnertext.carrying import CARRY
from placid.formats.runnertext.lines import KNOWN, parse
from placid.formats.runnertext.masking import Masks
from placid.formats.runnertext.matchers import Matchers
from placid.formats.runnertext.said import Options, Refused, Said

_SILENT = frozenset(("add-mask", "debug", "error", "notice", "warning"))
_BAD_TOKEN = (
    "You cannot use a endToken that is an empty string, the string 'pause-logging', or another "
    "workflow command. For more information see: https://docs.github.com/actions/learn-github-"
    "actions/workflow-commands-for-github-actions#example-stopping-and-starting-workflow-commands "
    "or opt into insecure command execution by setting the "
    "`ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`."
)
_TOKEN_TO_HIDE = 7


class Commands(Said):
    """The commands of one step."""

    def __init__(self, masks: Masks, matchers: Matchers, options: Options | None = None) -> None:
        super().__init__(masks, matchers, options)
        self._token: str | None = None

    def take(self, line: str) -> list[str] | None:
        """Carry out the command on a line; the lines for the log, None when it is plain text."""
        if self._token is not None:
            return self._resumed(line, self._token)
        parsed = parse(line)
        if parsed is None:
            return None
        name = parsed.command.lower()
        if name == "stop-commands":
            return self._stopped(line, parsed.data)
        lines = [line] if self.echo and name not in _SILENT else []
        try:
            lines += CARRY[name](self, parsed)
        except Refused as error:
            shown = name if name in _SILENT else line
            lines += error.shown
            lines += self.error(f"Unable to process command '{shown}' successfully.")
            lines += self.error(str(error))
            self.fail(str(error))
        return lines

    def _stopped(self, line: str, token: str) -> list[str]:
        unusable = not token or token.lower() in KNOWN or token.lower() == "pause-logging"
        if unusable and not self.options.allows("ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS"):
            self.fail(_BAD_TOKEN)
            return self.error(_BAD_TOKEN)
        self._token = token.lower()
        if len(token) >= _TOKEN_TO_HIDE:
            self.masks.add(token)
        return [line, *self.debug(f"Paused processing commands until '##[{token}]' is received")]

    def _resumed(self, line: str, token: str) -> list[str] | None:
        parsed = parse(line, KNOWN | {token})
        if parsed is None or not token or parsed.command.lower() != token:
            return None
        self._token = None
        return [line, *self.debug("Resume process commands")]
