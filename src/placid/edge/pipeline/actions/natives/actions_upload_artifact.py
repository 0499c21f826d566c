"""`actions/upload-artifact`: files of a job, kept for the other jobs of its run and for the user.

As with version 4 and later a name can be taken once in a run. Versions 1 to 3, which github.com no
longer runs, add to an artifact of that name.
"""

from __future__ import annotations

import os

from placid.base.errors import Problem
from placid.edge.pipeline.actions.artifacts.naming import check_name
from placid.edge.pipeline.actions.artifacts.searching import Found, search
from placid.edge.pipeline.actions.artifacts.shelf import Artifact, Shelf
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, natives
from placid.edge.pipeline.actions.paths import home, patterns
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"name": "artifact", "path": "", "if-no-files-found": "warn", "retention-days": ""},
    **{"compression-level": "6", "overwrite": "false", "include-hidden-files": "false"},
    "archive": "true",
}
_WHEN_NONE = ("warn", "error", "ignore")
_OLD = 3


def upload(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `artifact-id`, `artifact-digest` and `artifact-url`."""
    _check(use)
    found = search(
        patterns(use, use.inputs["path"]),
        use.place.layout.workspace,
        home(use),
        boolean(use.inputs["include-hidden-files"]),
    )
    if not found.files:
        return _nothing(use)
    use.say(_counted(len(found.files)))
    old = use.reference.major is not None and use.reference.major <= _OLD
    artifact = _keep(use, found, old)
    use.say(
        f"Artifact {artifact.name} has been successfully uploaded! Final size is"
        f" {artifact.size} bytes. Artifact ID is {artifact.id}"
    )
    url = f"file://{Shelf(use.shared, use.place.layout.root.name).folder / artifact.folder}"
    use.say(f"Artifact download URL: {url}")
    outputs = {"artifact-id": str(artifact.id), "artifact-url": url}
    outputs["artifact-digest"] = artifact.digest
    differs: tuple[str, ...] = ()
    if old:
        version = f"actions/upload-artifact@{use.reference.ref}"
        differs = (f"GitHub fails every use of {version}; move to version 4 or later",)
    return Done(outputs=outputs, differs=differs)


def _counted(count: int) -> str:
    files = "1 file" if count == 1 else f"{count} files"
    return f"With the provided path, there will be {files} uploaded"


def _check(use: Use) -> None:
    if not use.inputs["path"].strip():
        raise Problem("Input required and not supplied: path")
    when = use.inputs["if-no-files-found"]
    if when not in _WHEN_NONE:
        raise Problem(
            f"Unrecognized if-no-files-found input. Provided: {when}. Available options:"
            f" {','.join(_WHEN_NONE)}"
        )
    for name, most in (("retention-days", None), ("compression-level", 9)):
        text = use.inputs[name].strip()
        if text and not (text.isdigit() and (most is None or int(text) <= most)):
            raise Problem(f"Invalid {name}")
    if boolean(use.inputs["archive"]):
        check_name(use.inputs["name"])


def _nothing(use: Use) -> Done:
    path = use.inputs["path"].strip()
    said = f"No files were found with the provided path: {path}. No artifacts will be uploaded."
    when = use.inputs["if-no-files-found"]
    if when == "error":
        return Done(failed=said)
    text = said.replace("%", "%25").replace("\n", "%0A")
    use.say(f"::warning::{text}" if when == "warn" else said)
    return Done()


def _keep(use: Use, found: Found, old: bool) -> Artifact:
    shelf, name = Shelf(use.shared, use.place.layout.root.name), use.inputs["name"]
    if old:
        return shelf.add(name, found.named())
    overwrite = boolean(use.inputs["overwrite"])
    if boolean(use.inputs["archive"]):
        return shelf.put(name, found.named(), overwrite)
    if len(found.files) > 1:
        raise Problem("archive: false takes a single file, and the path means several")
    alone = [(path, os.path.basename(path)) for path in found.files]
    return shelf.put(alone[0][1], alone, overwrite)


natives.add("actions/upload-artifact")(NativeAction(upload, _INPUTS))
