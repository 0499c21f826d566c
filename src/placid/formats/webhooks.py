"""Push events of GitHub, GitLab and Gitea (Forgejo): who sent it, is it genuine, what was pushed.

    GitHub   X-Hub-Signature-256: sha256=HEX       HMAC-SHA256 of the body as it came
    Gitea    X-Gitea-Signature: HEX                the same; it also sends GitHub's headers
    GitLab   webhook-signature: v1,BASE64          HMAC-SHA256 of "id.timestamp.body", when the
                                                   secret is a signing token (whsec_...)
             X-Gitlab-Token: SECRET                otherwise the secret itself

Nothing is parsed before it is found genuine, and every comparison takes constant time. Delivery ids
of GitHub and Gitea are not signed, so a push is known by two keys, its id and the digest of its
body: who replays a body under a new id is found out, too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

import msgspec

Provider = Literal["github", "gitlab", "gitea"]
_FRESH = 300.0  # seconds a GitLab signature is good for, either way, as Standard Webhooks says
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Push:
    """A genuine push. `keys` name this delivery; `commit` is "" when the branch was deleted.

    branch is "" when something else than a branch was pushed (a tag), `repository` "owner/name"
    """

    provider: Provider
    keys: tuple[str, ...]
    repository: str
    branch: str
    commit: str

    @property
    def deleted(self) -> bool:
        """Whether the branch is gone."""
        return not self.commit


@dataclass(frozen=True, slots=True)
class Ignored:
    """A genuine request of another kind; `why` is the polite answer."""

    event: str
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A request to turn away with this HTTP status (400 or 401) and reason."""

    status: int
    why: str


class _Repository(msgspec.Struct):
    full_name: str = ""
    path_with_namespace: str = ""


class _Event(msgspec.Struct):
    ref: str
    after: str = ""
    repository: _Repository = msgspec.field(default_factory=_Repository)
    project: _Repository = msgspec.field(default_factory=_Repository)


def read(
    headers: Mapping[str, str], body: bytes, secret: str, now: float
) -> Push | Ignored | Refused:
    """What a request says. Header names are lower case; `now` is seconds since 1970."""
    provider = _provider(headers)
    if provider is None:
        return Refused(
            400, "this is no webhook of GitHub, GitLab or Gitea: its headers are missing"
        )
    if not secret or not _genuine(provider, headers, body, secret, now):
        return Refused(401, f"the signature is wrong: is this the secret that {provider} has?")
    event = _name(provider, headers)
    if event not in {"push", "Push Hook"}:
        return Ignored(event, "pong" if event == "ping" else f"nothing to do on {event!r}")
    try:
        data = msgspec.json.decode(_payload(headers, body), type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Refused(400, f"the push cannot be read: {error}")
    commit = "" if set(data.after) <= {"0"} else data.after
    name = data.repository.full_name or data.project.path_with_namespace
    branch = data.ref.removeprefix(_HEADS) if data.ref.startswith(_HEADS) else ""
    return Push(provider, _keys(provider, headers, body), name, branch, commit)


def _provider(headers: Mapping[str, str]) -> Provider | None:
    """Gitea first, for it sends GitHub's headers along."""
    if "x-gitea-event" in headers or "x-forgejo-event" in headers:
        return "gitea"
    if "x-gitlab-event" in headers:
        return "gitlab"
    return "github" if "x-github-event" in headers else None


def _name(provider: Provider, headers: Mapping[str, str]) -> str:
    return headers.get(f"x-{provider}-event") or headers.get("x-forgejo-event", "")


def _genuine(
    provider: Provider, headers: Mapping[str, str], body: bytes, secret: str, now: float
) -> bool:
    if provider == "gitlab":
        return _genuine_gitlab(headers, body, secret, now)
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if provider == "github":
        return _same(headers.get("x-hub-signature-256", ""), f"sha256={digest}")
    given = headers.get("x-forgejo-signature") or headers.get("x-gitea-signature", "")
    return _same(given, digest)


def _genuine_gitlab(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    if not secret.startswith("whsec_"):
        return _same(headers.get("x-gitlab-token", ""), secret)
    sent = headers.get("webhook-timestamp", "")
    if not (
        sent.isascii() and sent.isdigit() and len(sent) < 16 and abs(now - int(sent)) <= _FRESH
    ):
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split(" ")[:8]
    return any([_same(one, f"v1,{digest}") for one in given])


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _payload(headers: Mapping[str, str], body: bytes) -> bytes:
    """The JSON: the body, or the field `payload` of a form (a setting at GitHub)."""
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode()).get("payload", [""])[0].encode()
    return body


def _keys(provider: Provider, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    names = {
        "github": ("x-github-delivery",),
        "gitea": ("x-gitea-delivery", "x-forgejo-delivery"),
        "gitlab": ("webhook-id", "idempotency-key", "x-gitlab-event-uuid"),
    }
    ids = [headers[name] for name in names[provider] if headers.get(name)]
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    return (*(f"{provider}:{one[:200]}" for one in ids[:1]), digest)
