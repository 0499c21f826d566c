"""What is wrong with a workflow or an action, in GitHub's own words where it has some."""

from __future__ import annotations

from typing import NamedTuple

from placid.base.yamltext import Span


class Fault(NamedTuple):
    """A message and the characters it is about."""

    message: str
    span: Span
