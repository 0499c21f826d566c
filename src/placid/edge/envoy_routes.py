"""A `Split` as Envoy's routes, and back: the file that Envoy watches is where the split is kept.

The NAME of the weighted route is `<label>@<percent of the canary>`, so that each bad request says
under which rollout and at which exact weight it was assigned; no clocks are compared. Requests
that are sent somewhere on purpose (override, preview) carry names that are no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from placid.core.rollout.world import Override, Split
from placid.edge.envoy_config import Json

WHOLE = 1_000_000
ON_PURPOSE = "!"


class Kept(msgspec.Struct, frozen=True):
    """A split as it lies in the route file's metadata."""

    weights: dict[str, float] = {}
    label: str = ""
    canary: str = ""
    override: Override | None = None
    preview: str = ""


def keep(split: Split) -> Json:
    """The split as JSON."""
    kept = Kept(dict(split.weights), split.label, split.canary, split.override, split.preview)
    return {"split": msgspec.json.encode(kept).decode()}


def kept(text: str) -> Split:
    """The split that `keep` made."""
    found = msgspec.json.decode(text, type=Kept)
    return Split(found.weights, found.label, found.canary, found.override, found.preview)


def main_routes(split: Split, hosts: Sequence[str]) -> Json:
    """The routes of the main listener: the override first, then the weights."""
    routes = override_routes(split.override) if split.override else []
    routes.append(weighted(split) if any(split.weights.values()) else refusal("no release serves"))
    return configuration("main", hosts, routes) | {"metadata": metadata(split)}


def preview_routes(split: Split, hosts: Sequence[str]) -> Json:
    """The routes of the preview listener."""
    if not split.preview:
        return configuration("preview", hosts, [refusal("no release is on preview")])
    route = entry(f"{ON_PURPOSE}preview", {"prefix": "/"}, {"cluster": split.preview})
    return configuration("preview", hosts, [route])


def metadata(split: Split) -> Json:
    return {"filter_metadata": {"placid": keep(split)}}


def configuration(name: str, hosts: Sequence[str], routes: Sequence[Json]) -> Json:
    return {
        "name": name,
        "ignore_port_in_host_matching": True,
        "validate_clusters": False,
        "virtual_hosts": [{"name": "app", "domains": list(hosts), "routes": list(routes)}],
    }


def entry(name: str, match: Json, action: Json) -> Json:
    """A route without time limits; only a connection that was refused is tried elsewhere."""
    retry: Json = {
        "retry_on": "connect-failure",
        "num_retries": 2,
        "retry_back_off": {"base_interval": "0.001s", "max_interval": "0.010s"},
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.retry.host"
                    ".previous_hosts.v3.PreviousHostsPredicate"
                },
            }
        ],
        "host_selection_retry_max_attempts": 5,
    }
    return {
        "name": name,
        "match": match,
        "route": {**action, "timeout": "0s", "retry_policy": retry},
    }


def refusal(why: str) -> Json:
    return {
        "name": f"{ON_PURPOSE}refused",
        "match": {"prefix": "/"},
        "direct_response": {"status": 503, "body": {"inline_string": f"{why}\n"}},
    }


def shares(split: Split) -> dict[str, int]:
    """Whole millionths per release; releases without traffic are left out."""
    whole = sum(split.weights.values()) or 1.0
    parts = {name: round(weight / whole * WHOLE) for name, weight in split.weights.items()}
    return {name: part for name, part in parts.items() if part > 0}


def weighted(split: Split) -> Json:
    """The route that chooses a release at random for each request."""
    clusters = [{"name": name, "weight": part} for name, part in sorted(shares(split).items())]
    canary = split.weights.get(split.canary, 0.0)
    action: Json = {"weighted_clusters": {"clusters": clusters}}
    return entry(f"{split.label}@{canary:.12g}", {"prefix": "/"}, action)


def override_routes(override: Override) -> list[Json]:
    """Routes to the override's release for requests that carry its header or cookie."""
    name, action = f"{ON_PURPOSE}override", {"cluster": override.release}
    headers: list[Json] = []
    if override.header:
        headers.append({"name": override.header, "string_match": {"exact": override.value}})
    if override.cookie:
        pair = re.escape(f"{override.cookie}={override.value}")
        pattern = f"(?:.*; ?)?{pair}(?: ?;.*)?"
        headers.append({"name": "cookie", "string_match": {"safe_regex": {"regex": pattern}}})
    return [entry(name, {"prefix": "/", "headers": [h]}, {**action}) for h in headers]


def evidence(route: str) -> tuple[str, float] | None:
    """Label and canary share (0 to 1) in a route's name; None for what is no evidence."""
    label, at, percent = route.rpartition("@")
    if not at or route.startswith(ON_PURPOSE):
        return None
    try:
        return label, float(percent) / 100
    except ValueError:
        return None
