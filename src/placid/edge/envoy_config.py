"""What the bundled Envoy is told: pure functions from our values to its JSON resources.

Every resource that changes (clusters, endpoints, routes, listeners, certificates, the slow limit)
lies in a file of its own that Envoy watches. The choices that keep requests from failing:
* idle upstream connections end after 1 s here, before any usual app ends them (gunicorn 2 s,
  uvicorn and Node 5 s), so that no request is sent into a closing connection;
* Envoy probes health itself, so that a dead copy leaves while no agent runs; with no healthy copy
  at all it uses every endpoint (panic threshold 1 %), and one taken out is out at once;
* nothing an app has seen is sent twice: the only retry is of a connection that was refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from placid.edge.loopback import address

Json = dict[str, object]

KEEP_IDLE = "1s"
NEVER_SLOW = 4_294_967_295
LONGEST_MS = 600_000
SLOW_KEY = "placid.slow_ms"
TYPES = "type.googleapis.com/envoy"
FLAGS = ("UC", "UF", "UH", "UO", "UPE", "UR", "URX", "UT", "LR", "NC")
"""Response flags that mean the app's side broke off (a client that left, DC, is not among them)."""


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """The proxy's outside: addresses "host:port", host names, paths of a PEM certificate and key.

    trusted_hops  proxies in front of this one whose X-Forwarded-For is to be believed
    """

    listen: str = "127.0.0.1:8080"
    preview: str = ""
    hosts: tuple[str, ...] = ("*",)
    certificate: str = ""
    key: str = ""
    trusted_hops: int = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One copy: it gets new requests unless it is draining."""

    port: int
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """How a release is probed: path, seconds between probes, seconds for each."""

    path: str = "/health"
    interval: float = 1.0
    timeout: float = 1.0


def response(kind: str, version: str, resources: Iterable[Json]) -> Json:
    """A discovery response, as Envoy reads it from a file."""
    typed = [{"@type": f"{TYPES}.{kind}", **resource} for resource in resources]
    return {"version_info": version, "resources": typed}


def seconds(amount: float) -> str:
    """A protobuf duration."""
    return f"{amount:.3f}s"


def from_file(path: Path) -> Json:
    """A source that Envoy reads again whenever a file is renamed onto `path`."""
    return {"path_config_source": {"path": str(path)}, "resource_api_version": "V3"}


def bounds() -> list[float]:
    """Bucket bounds in ms for latency histograms, from 1 ms to 10 minutes: at most 10 % apart, and
    all multiples of 5 up to 95, of 50 up to 950 and so on, so that an objective such as 250 ms or
    1.5 s is a bound.

    Envoy itself keeps two digits of a duration: at a bound of three it says what holds at the one
    of two digits below.
    """
    found = {0.5, *(float(n * 10**k) for k in range(5) for n in range(10, 100, 5))}
    value = 1.0
    while value <= LONGEST_MS:
        digits = 1 - math.floor(math.log10(value))
        found.add(round(value, digits))
        value *= 1.1
    return sorted(bound for bound in found if bound <= LONGEST_MS)


def bootstrap(folder: Path, admin: Path) -> Json:
    """What Envoy starts from; it never changes while Envoy runs."""
    layers: list[Json] = [
        {"name": "static", "static_layer": {}},
        {
            "name": "placid",
            "rtds_layer": {"name": "placid", "rtds_config": from_file(folder / "rtds.json")},
        },
    ]
    return {
        "node": {"id": "placid", "cluster": "placid"},
        "admin": {"address": {"pipe": {"path": str(admin), "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": from_file(folder / "lds.json"),
            "cds_config": from_file(folder / "cds.json"),
        },
        "layered_runtime": {"layers": layers},
        "stats_flush_interval": "1s",
        "stats_config": {
            "histogram_bucket_settings": [
                {"match": {"suffix": "upstream_rq_time"}, "buckets": bounds()}
            ]
        },
    }


def cluster(release: str, health: Health, endpoints: Path) -> Json:
    """A release's cluster; its copies come and go in the file `endpoints`."""
    most = 1_000_000  # Envoy's own limits of 1024 would answer 503 where the app could still answer
    options: Json = {
        "explicit_http_config": {"http_protocol_options": {}},
        "common_http_protocol_options": {"idle_timeout": KEEP_IDLE},
    }
    return {
        "name": release,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": from_file(endpoints)},
        "connect_timeout": "2s",
        "lb_policy": "ROUND_ROBIN",  # the least busy copy would be the dead one
        "ignore_health_on_host_removal": True,
        "common_lb_config": {
            "healthy_panic_threshold": {"value": 1},
            "update_merge_window": "0s",  # by default a change of health waits for up to 1 s
        },
        "circuit_breakers": {
            "thresholds": [
                {"max_connections": most, "max_pending_requests": most, "max_requests": most}
            ]
        },
        "health_checks": [health_check(health)],
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{TYPES}.extensions.upstreams.http.v3.HttpProtocolOptions",
                **options,
            }
        },
    }


def health_check(health: Health) -> Json:
    """Three failures in a row take a copy out, one success brings it back.

    Each probe has its own connection: a kept one would occupy an app that serves one at a time.
    """
    interval = seconds(health.interval)
    return {
        "interval": interval,
        "timeout": seconds(health.timeout),
        "no_traffic_interval": interval,
        "unhealthy_threshold": 3,
        "healthy_threshold": 1,
        "reuse_connection": False,
        "http_health_check": {
            "path": health.path,
            "host": "localhost",
            "expected_statuses": [{"start": 200, "end": 300}],
            "retriable_statuses": [{"start": 300, "end": 600}],
        },
    }


def assignment(release: str, endpoints: Iterable[Endpoint]) -> Json:
    """The copies of a release that Envoy may use."""
    entries = [
        {
            "endpoint": {"address": socket_address("127.0.0.1", e.port)},
            "health_status": "DRAINING" if e.draining else "UNKNOWN",
        }
        for e in endpoints
    ]
    return {"cluster_name": release, "endpoints": [{"lb_endpoints": entries}]}


def socket_address(host: str, port: int) -> Json:
    return {"socket_address": {"address": host, "port_value": port}}


def runtime(slow_ms: int) -> Json:
    """The runtime layer: what counts as slow, in ms."""
    return {"name": "placid", "layer": {SLOW_KEY: slow_ms}}


def secret(certificate: str, key: str) -> Json:
    """A certificate and its key, both PEM text."""
    return {
        "name": "certificate",
        "tls_certificate": {
            "certificate_chain": {"inline_string": certificate},
            "private_key": {"inline_string": key},
        },
    }


def listener(name: str, where: str, settings: ProxySettings, folder: Path) -> Json:
    """One address; `name` is also its route configuration ("main" or "preview").

    Without SO_REUSEPORT a second server on the same address is an error, not a silent share.
    """
    chain: Json = {"filters": [connection_filter(name, settings, folder)]}
    if settings.certificate:
        chain["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": f"{TYPES}.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {
                    "alpn_protocols": ["h2", "http/1.1"],
                    "tls_certificate_sds_secret_configs": [
                        {"name": "certificate", "sds_config": from_file(folder / "sds.json")}
                    ],
                },
            },
        }
    host, port = address(where)
    return {
        "name": name,
        "address": socket_address(host, port),
        "enable_reuse_port": False,
        "filter_chains": [chain],
    }


def connection_filter(name: str, settings: ProxySettings, folder: Path) -> Json:
    """The HTTP side of a listener: transparent to the app, and no time limits of its own."""
    router: Json = {
        "@type": f"{TYPES}.extensions.filters.http.router.v3.Router",
        "suppress_envoy_headers": True,
    }
    typed: Json = {
        "@type": f"{TYPES}.extensions.filters.network."
        "http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "rds": {"route_config_name": name, "config_source": from_file(folder / f"{name}.json")},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
        "access_log": [access_log(folder / "bad.log")],
        "use_remote_address": True,
        "xff_num_trusted_hops": settings.trusted_hops,
        "server_header_transformation": "PASS_THROUGH",
        "generate_request_id": False,
        "stream_idle_timeout": "0s",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_protocol_options": {"accept_http_10": True},
    }
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": typed}


def at_least(amount: Json) -> Json:
    return {"comparison": {"op": "GE", "value": amount}}


def access_log(path: Path) -> Json:
    """JSON lines of bad requests only: 5xx, broken off by the app's side, or slow."""
    errors: Json = {"default_value": 500, "runtime_key": "placid.error_status"}
    slow: Json = {"default_value": NEVER_SLOW, "runtime_key": SLOW_KEY}
    fields: Mapping[str, str] = {
        "time": "%START_TIME(%s.%3f)%",
        "release": "%UPSTREAM_CLUSTER%",
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "ms": "%DURATION%",
        "route": "%ROUTE_NAME%",
        "connection": "%CONNECTION_ID%",
        "remote": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
        "forwarded": "%REQ(X-FORWARDED-FOR)%",
    }
    filters: list[Json] = [
        {"status_code_filter": at_least(errors)},
        {"duration_filter": at_least(slow)},
        {"response_flag_filter": {"flags": list(FLAGS)}},
    ]
    return {
        "name": "envoy.access_loggers.file",
        "filter": {"or_filter": {"filters": filters}},
        "typed_config": {
            "@type": f"{TYPES}.extensions.access_loggers.file.v3.FileAccessLog",
            "path": str(path),
            "log_format": {"json_format": dict(fields)},
        },
    }
