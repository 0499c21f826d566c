"""What the three cache actions have in common: restoring at first, saving in the end."""

from __future__ import annotations

from placid.base.errors import Problem
from placid.edge.pipeline.actions.caches.choosing import chosen
from placid.edge.pipeline.actions.caches.hoard import Hoard
from placid.edge.pipeline.actions.caches.keys import Wanted, choose, exact, lines
from placid.edge.pipeline.actions.native import Settings, boolean, outside
from placid.edge.pipeline.actions.paths import home, patterns
from placid.ports.pipeline import Use


def restore(use: Use, settings: Settings, want: Wanted) -> str:
    """Restore what the keys mean, or only look (`lookup-only`); the key of what was found.

    Problem when nothing was, and the input fail-on-cache-miss says so."""
    hoard = Hoard(use.kept, settings.room)
    entry = choose(hoard.entries(), want)
    look = boolean(use.inputs["lookup-only"])
    if entry is not None and not look:
        try:
            hoard.restore(entry, use.place.layout, outside(use))
        except Problem as problem:
            use.say(f"::warning::Failed to restore: {problem.what}")
            entry = None
    if entry is None:
        if boolean(use.inputs["fail-on-cache-miss"]):
            raise Problem(
                "Failed to restore cache entry. Exiting as fail-on-cache-miss is set."
                f" Input key: {want.key}"
            )
        use.say(f"Cache not found for input keys: {', '.join((want.key, *want.others))}")
        return ""
    done = "found and can be restored" if look else "restored"
    use.say(f"Cache {done} from key: {entry.key}")
    return entry.key


def save(use: Use, settings: Settings, want: Wanted, restored: str) -> bool:
    """Keep the paths under the key, unless that is what was restored. Never fails the job."""
    if restored and exact(want.key, restored):
        use.say(f"Cache hit occurred on the primary key {want.key}, not saving cache.")
        return True
    try:
        return _save(use, settings, want)
    except (Problem, OSError) as error:
        use.say(f"::warning::Failed to save: {error}")
        return False


def _save(use: Use, settings: Settings, want: Wanted) -> bool:
    given = patterns(use, "\n".join(lines(use.inputs["path"])))
    paths = chosen(given, use.place.layout.workspace, home(use))
    if not paths:
        raise Problem(
            "Path Validation Error: Path(s) specified in the action for caching do(es) not exist,"
            " hence no cache is being saved."
        )
    hoard = Hoard(use.kept, settings.room)
    made = hoard.save(want, paths, use.place.layout, outside(use))
    if made is None:
        use.say(
            f"Failed to save: Unable to reserve cache with key {want.key},"
            " another job may be creating this cache."
        )
        return False
    use.say(f"Cache saved with key: {want.key}")
    return True
