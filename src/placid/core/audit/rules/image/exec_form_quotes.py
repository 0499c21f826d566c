"""The exec form of an instruction is valid JSON, with double quotes and commas.

Why: what is no JSON is run by the shell as it stands, so the container looks for a program that is
called `[python,` and never starts.
Bad: `CMD ['python', 'app.py']`
Good: `CMD ["python", "app.py"]`
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Instruction

_MEANT = re.compile(r"\[\s*[\"'“”].*[\"'“”]\s*,?\s*\]\Z", re.DOTALL)
_WORD = re.compile(r"\s*(?:'([^'\"\\]*)'|\"([^'\"\\]*)\")\s*(,?)\s*")
_FORMS = {"CMD", "ENTRYPOINT", "RUN", "VOLUME"}


@path_rule("image/exec-form-quotes", Severity.HIGH, docs=__doc__ or "", reads=is_dockerfile)
def exec_form_quotes(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for each in known[0].instructions if known else ():
        target = each.inner if each.keyword in {"HEALTHCHECK", "ONBUILD"} else each
        if target is None or target.exec_form or target.keyword not in _FORMS:
            continue
        if _MEANT.match(target.arguments.text):
            place = Place(path, target.arguments.whole())
            yield Hit(
                f"the array of {target.keyword} is no valid JSON, so a shell runs it as text",
                at=(place,),
                fix=_fix(target, place),
            )


def _fix(instruction: Instruction, place: Place) -> Fix | None:
    text = instruction.arguments.text
    if len(instruction.arguments.pieces) > 1:
        return None
    words: list[str] = []
    at, end = 1, len(text) - 1
    while at < end:
        match = _WORD.match(text, at, end)
        if not match:
            return None
        words.append(match[1] if match[1] is not None else match[2])
        at = match.end()
    return Fix("write the array as JSON", (Edit(place, json.dumps(words, ensure_ascii=False)),))
