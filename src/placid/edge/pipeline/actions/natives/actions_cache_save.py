"""`actions/cache/save`: keeps paths under a key, now."""

from __future__ import annotations

from placid.edge.pipeline.actions.caches.keys import wanted
from placid.edge.pipeline.actions.caches.steps import save
from placid.edge.pipeline.actions.native import NativeAction, Settings, natives
from placid.ports.pipeline import Done, Use

_INPUTS = {"path": "", "key": "", "upload-chunk-size": "", "enablecrossosarchive": "false"}


def cache_save(use: Use, settings: Settings) -> Done:
    """Do it; a cache that cannot be saved is warned of, and fails nothing."""
    want = wanted(use)
    if not save(use, settings, want, ""):
        use.say("::warning::Cache save failed.")
    return Done()


natives.add("actions/cache/save")(NativeAction(cache_save, _INPUTS))
