"""`actions/upload-artifact/merge`: several artifacts of the run as a new one."""

from __future__ import annotations

import os

from placid.base.errors import Problem
from placid.edge.pipeline.actions.artifacts.naming import matching
from placid.edge.pipeline.actions.artifacts.shelf import Shelf
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, natives
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"name": "merged-artifacts", "pattern": "*", "separate-directories": "false"},
    **{"retention-days": "", "compression-level": "6", "delete-merged": "false"},
    "include-hidden-files": "false",
}


def merge(use: Use, settings: Settings) -> Done:
    """Do it; outputs are those of an upload."""
    shelf = Shelf(use.shared, use.place.layout.root.name)
    known = {one.name: one for one in shelf.listed()}
    names = matching(use.inputs["pattern"], list(known))
    if not names:
        raise Problem(f"No artifacts found matching pattern '{use.inputs['pattern']}'")
    apart = boolean(use.inputs["separate-directories"])
    merged: dict[str, str] = {}
    for name in names:
        for path, inner in shelf.files(known[name]):
            merged[os.path.join(name, inner) if apart else inner] = path
    made = shelf.put(use.inputs["name"], [(path, inner) for inner, path in merged.items()], False)
    if boolean(use.inputs["delete-merged"]):
        for name in names:
            shelf.drop(name)
    use.say(f"Merged {len(names)} artifacts into {made.name}. Artifact ID is {made.id}")
    url = f"file://{shelf.folder / made.folder}"
    outputs = {"artifact-id": str(made.id), "artifact-url": url, "artifact-digest": made.digest}
    return Done(outputs=outputs)


natives.add("actions/upload-artifact/merge")(NativeAction(merge, _INPUTS))
