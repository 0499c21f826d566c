"""`actions/cache/restore`: restores a cache, and tells which."""

from __future__ import annotations

from placid.edge.pipeline.actions.caches.keys import exact, wanted
from placid.edge.pipeline.actions.caches.steps import restore
from placid.edge.pipeline.actions.native import NativeAction, Settings, natives
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"path": "", "key": "", "restore-keys": "", "enablecrossosarchive": "false"},
    **{"fail-on-cache-miss": "false", "lookup-only": "false"},
}


def cache_restore(use: Use, settings: Settings) -> Done:
    """Do it; outputs are `cache-hit` as with actions/cache, `cache-primary-key` and, when one was
    found, `cache-matched-key`."""
    want = wanted(use)
    found = restore(use, settings, want)
    outputs = {"cache-primary-key": want.key}
    if found:
        outputs["cache-hit"] = str(exact(want.key, found)).lower()
        outputs["cache-matched-key"] = found
    return Done(outputs=outputs)


natives.add("actions/cache/restore")(NativeAction(cache_restore, _INPUTS))
