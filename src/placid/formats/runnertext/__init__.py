"""What GitHub's runner understands in the text of a step: its output, and the files it writes.

pump = Pump(Commands(masks, matchers, options), log.write)      # output, as it comes
read_env(decoded(content))                                      # a command file
parse(line)                                                     # one command, for who reads logs
"""

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
from placid.formats.runnertext.lines import KNOWN, Parsed, parse
from placid.formats.runnertext.masking import Masks, Stream
from placid.formats.runnertext.matchers import Match, Matchers, note_of, rooted, uncoloured
from placid.formats.runnertext.notes import Note, Notes
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
