"""pip installs into an image without keeping what it downloaded.

Why: the cache is of no use in an image and doubles what the packages take.
Bad: `RUN pip install -r requirements.txt`
Good: `RUN pip install --no-cache-dir -r requirements.txt`, or a cache mount
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile
from placid.core.audit.facts.run_commands import Call, shipped
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, path_rule
from placid.formats.shell import Word

_PIPS = ("pip", "pip2", "pip3")
_CLEARED = (".cache", "cache purge", "no-cache")


@path_rule("image/pip-cache", Severity.LOW, docs=__doc__ or "", reads=is_dockerfile)
def pip_cache(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    if "PIP_NO_CACHE_DIR" in (repository.text(path) or ""):
        return
    for call in shipped(repository, path):
        verb = _install(call)
        if verb is None or call.caches or any(each in call.text for each in _CLEARED):
            continue
        edit = Edit(Place(path, call.behind(verb)), " --no-cache-dir")
        yield Hit(
            "pip keeps what it downloaded in the image",
            at=(Place(path, call.span),),
            fix=Fix("add --no-cache-dir", (edit,), safe=True),
            action="install with pip --no-cache-dir",
        )


def _install(call: Call) -> Word | None:
    """The word `install` of a `pip install`."""
    words = call.command.arguments
    if call.command.program.startswith("python") and [w.text for w in words[:2]] == ["-m", "pip"]:
        words = words[2:]
    elif call.command.program not in _PIPS and not call.command.program.startswith("pip3."):
        return None
    verb = next((word for word in words if not word.text.startswith("-")), None)
    return verb if verb is not None and verb.text == "install" else None
