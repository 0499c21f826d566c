"""What GitHub's runner understands in the text of a step: its output, and the files it writes.

pump = Pump(Commands(masks, matchers, options), log.write)      # output, as it comes
read_env(decoded(content))                                      # a command file
parse(line)                                                     # one command, for who reads logs
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placid.formats.runnertext.commandfiles import (
        SUMMARY_LIMIT,
        CommandFileError,
        Issue,
        Summary,
        Values,
        decoded,
        read_env,
        read_output,
        read_path,
        read_state,
        read_summary,
    )
    from placid.formats.runnertext.commands import Commands
    from placid.formats.runnertext.lines import (
        KNOWN,
        Parsed,
        parse,
    )
    from placid.formats.runnertext.masking import (
        Masks,
        Stream,
    )
    from placid.formats.runnertext.matchers import (
        Match,
        Matchers,
        note_of,
        rooted,
        uncoloured,
    )
    from placid.formats.runnertext.notes import (
        Note,
        Notes,
    )
    from placid.formats.runnertext.pump import Pump
    from placid.formats.runnertext.said import Options

__all__ = [
    "KNOWN",
    "SUMMARY_LIMIT",
    "CommandFileError",
    "Commands",
    "Issue",
    "Masks",
    "Match",
    "Matchers",
    "Note",
    "Notes",
    "Options",
    "Parsed",
    "Pump",
    "Stream",
    "Summary",
    "Values",
    "decoded",
    "note_of",
    "parse",
    "read_env",
    "read_output",
    "read_path",
    "read_state",
    "read_summary",
    "rooted",
    "uncoloured",
]

_HOMES = {
    "CommandFileError": "placid.formats.runnertext.commandfiles",
    "Commands": "placid.formats.runnertext.commands",
    "Issue": "placid.formats.runnertext.commandfiles",
    "KNOWN": "placid.formats.runnertext.lines",
    "Masks": "placid.formats.runnertext.masking",
    "Match": "placid.formats.runnertext.matchers",
    "Matchers": "placid.formats.runnertext.matchers",
    "Note": "placid.formats.runnertext.notes",
    "Notes": "placid.formats.runnertext.notes",
    "Options": "placid.formats.runnertext.said",
    "Parsed": "placid.formats.runnertext.lines",
    "Pump": "placid.formats.runnertext.pump",
    "SUMMARY_LIMIT": "placid.formats.runnertext.commandfiles",
    "Stream": "placid.formats.runnertext.masking",
    "Summary": "placid.formats.runnertext.commandfiles",
    "Values": "placid.formats.runnertext.commandfiles",
    "decoded": "placid.formats.runnertext.commandfiles",
    "note_of": "placid.formats.runnertext.matchers",
    "parse": "placid.formats.runnertext.lines",
    "read_env": "placid.formats.runnertext.commandfiles",
    "read_output": "placid.formats.runnertext.commandfiles",
    "read_path": "placid.formats.runnertext.commandfiles",
    "read_state": "placid.formats.runnertext.commandfiles",
    "read_summary": "placid.formats.runnertext.commandfiles",
    "rooted": "placid.formats.runnertext.matchers",
    "uncoloured": "placid.formats.runnertext.matchers",
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: who needs one does not pay for all."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
