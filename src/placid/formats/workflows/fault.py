"""What is wrong with a workflow or an action, in GitHub's own words where it has some."""

from __future__ import annotations

from typing import NamedTuple

from placid.base.yamltext import Span


class Fault(NamedTuple):
    """A message and the characters it is about.

    `ignored`: GitHub's published parser refuses it, its servers let it pass and look away. These
    are filters on events that have none, which many workflows carry and no run is lost by.
    """

    message: str
    span: Span
    ignored: bool = False
