"""What is wrong with a workflow or an action, in GitHub's own words where it has some."""

from __future__ import annotations

from typing import Literal, NamedTuple

from placid.base.yamltext import Span


class Fault(NamedTuple):
    """A message and the characters it is about.

    `standing`: GitHub's published parser refuses all of them. Its servers let pass what is ignored
    (filters of events that have none: they do nothing) and what is harmless (it works as meant).
    """

    message: str
    span: Span
    standing: Literal["refused", "ignored", "harmless"] = "refused"
