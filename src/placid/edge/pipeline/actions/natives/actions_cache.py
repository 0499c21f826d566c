"""`actions/cache`: restores a cache, and saves it after the job when its key was not found."""

from __future__ import annotations

from placid.edge.pipeline.actions.caches.keys import exact, wanted
from placid.edge.pipeline.actions.caches.steps import restore, save
from placid.edge.pipeline.actions.native import NativeAction, Settings, again, natives
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"path": "", "key": "", "restore-keys": "", "upload-chunk-size": ""},
    **{"enablecrossosarchive": "false", "fail-on-cache-miss": "false", "lookup-only": "false"},
    "save-always": "false",
}


def cache(use: Use, settings: Settings) -> Done:
    """Do it; the output `cache-hit` is "true" for an exact match, "false" for another one, and
    nothing when there is none."""
    want = wanted(use)
    found = restore(use, settings, want)

    def after(late: Use) -> Done:
        save(late, settings, want, found)
        return Done()

    outputs = {"cache-hit": str(exact(want.key, found)).lower()} if found else {}
    return Done(outputs=outputs, post=again(use, after))


natives.add("actions/cache")(NativeAction(cache, _INPUTS))
