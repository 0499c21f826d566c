"""The images that workflows push, as far as their names are written, without tags.

`env` of the workflow and the job is filled in; a name that other expressions decide is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Deed, Work, every_work
from placid.core.audit.model import Repository, fact
from placid.core.audit.rule import Place
from placid.formats.images import image

_ENV = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}|\$\{(\w+)\}|\$(\w+)")
_REFERENCE = re.compile(r"[\w.-]+(?::\d+)?(?:/[\w.-]+)+")
_PUSH = re.compile(r"\b(?:docker|podman)\s+push\s+(?:-\S+\s+)*[\"']?([^\s\"']+)")


class Pushed(NamedTuple):
    """An image that is pushed: its whole name, and where that is done."""

    name: str
    at: Place


@fact
def pushed_images(repository: Repository) -> tuple[Pushed, ...]:
    """Every image with a name that is known."""
    return tuple(
        each
        for work in every_work(repository)
        for deed in work.deeds
        if deed.kind is Kind.PUBLISH
        for each in _pushed(work, deed)
    )


def _pushed(work: Work, deed: Deed) -> Iterator[Pushed]:
    tags = deed.step.input("tags") if deed.step.uses is not None else None
    if tags is not None:
        written = re.split(r"[\s,]+", _filled(work, tags.text))
    else:
        written = _PUSH.findall(_filled(work, deed.text))
    for text in written:
        name = _REFERENCE.match(text)
        read = (
            image(name[0]) if name and text[name.end() : name.end() + 1] in {"", ":", "@"} else None
        )
        if read is not None:
            yield Pushed(f"{read.registry}/{read.path}", deed.at)


def _filled(work: Work, text: str) -> str:
    """A text with the variables of `env` that are plain."""
    known: dict[str, str] = {}
    for env in (work.workflow.env, work.job.env):
        for entry in env.entries if isinstance(env, Mapping) else ():
            if isinstance(entry.value, Scalar) and "${{" not in entry.value.text:
                known[entry.key.text] = entry.value.text
    return _ENV.sub(lambda found: known.get(found[1] or found[2] or found[3], "$"), text)
