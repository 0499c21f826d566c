"""Signatures hold for exactly what was signed; real payloads of GitHub are read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.formats.webhooks import Ignored, Push, Refused, read
from tests.octokit import examples

SECRET = "it's a sécret"
NOW = 1_800_000_000.0
AFTER = "0123456789abcdef0123456789abcdef01234567"


def signed(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def payload(ref: str = "refs/heads/main", after: str = AFTER, **more: object) -> bytes:
    repository = {"repository": {"full_name": "acme/shop"}}
    return json.dumps({"ref": ref, "after": after, **repository, **more}).encode()


def github(body: bytes, event: str = "push", secret: str = SECRET) -> dict[str, str]:
    return {
        "x-github-event": event,
        "x-github-delivery": "72d3162e",
        "x-hub-signature-256": f"sha256={signed(body, secret)}",
    }


def gitea(body: bytes) -> dict[str, str]:
    mine = {"x-gitea-event": "push", "x-gitea-delivery": "f6266f16"}
    return github(body, secret="other") | mine | {"x-gitea-signature": signed(body)}


def gitlab(event: str = "Push Hook") -> dict[str, str]:
    return {"x-gitlab-event": event, "x-gitlab-token": SECRET, "x-gitlab-event-uuid": "13792a34"}


KEY = bytes(range(32))
TOKEN = "whsec_" + base64.b64encode(KEY).decode()


def gitlab_signed(body: bytes, at: str = "1800000000", name: str = "msg_1") -> dict[str, str]:
    text = f"{name}.{at}.".encode() + body
    digest = base64.b64encode(hmac.new(KEY, text, hashlib.sha256).digest()).decode()
    return {
        "x-gitlab-event": "Push Hook",
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,AAAA v1,{digest}",
    }


def sha(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_each_provider() -> None:
    body = payload()
    known = {
        "github": (github(body), "github:72d3162e"),
        "gitea": (gitea(body), "gitea:f6266f16"),
        "gitlab": (gitlab(), "gitlab:13792a34"),
    }
    for provider, (headers, key) in known.items():
        said = read(headers, body, SECRET, NOW)
        assert isinstance(said, Push)
        assert (said.provider, said.branch, said.commit) == (provider, "main", AFTER)
        assert (said.repository, said.deleted) == ("acme/shop", False)
        assert said.keys == (key, sha(body))
    said = read(gitlab_signed(body), body, TOKEN, NOW + 299)
    assert isinstance(said, Push)
    assert said.keys[0] == "gitlab:msg_1"


@given(st.binary(), st.binary(), st.text())
def test_no_other_body_and_no_other_secret(body: bytes, other: bytes, secret: str) -> None:
    for headers in (github(body), gitea(body)):
        if other != body:
            assert read(headers, other, SECRET, NOW) == refused(read(headers, other, SECRET, NOW))
        if secret != SECRET:
            assert isinstance(read(headers, body, secret, NOW), Refused)
    if other != body:
        assert isinstance(read(gitlab_signed(body), other, TOKEN, NOW), Refused)


def refused(said: Push | Ignored | Refused) -> Refused:
    assert isinstance(said, Refused)
    assert said.status == 401
    return said


@given(
    st.dictionaries(
        st.sampled_from(sorted(github(b"") | gitea(b"") | gitlab_signed(b""))), st.text()
    )
)
def test_any_headers_are_refused_or_ignored(headers: dict[str, str]) -> None:
    assert isinstance(read(headers, b"{}", SECRET, NOW), Refused)
    assert isinstance(read(headers, b"{}", TOKEN, NOW), Refused)
    assert isinstance(read(headers, b"{}", "", NOW), Refused)


@given(st.binary())
def test_any_genuine_body_is_answered(body: bytes) -> None:
    said = read(github(body), body, SECRET, NOW)
    assert isinstance(said, Push) or (isinstance(said, Refused) and said.status == 400)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-timestamp": "1799999699"},
        {"webhook-timestamp": "1800000301"},
        {"webhook-timestamp": "²"},
        {"webhook-timestamp": ""},
        {"webhook-id": "msg_2"},
        {"webhook-signature": ""},
        {"webhook-signature": "v2,AAAA"},
        {"x-gitlab-token": TOKEN, "webhook-signature": ""},
    ],
)
def test_a_gitlab_signature_that_does_not_hold(change: dict[str, str]) -> None:
    body = payload()
    refused(read(gitlab_signed(body) | change, body, TOKEN, NOW))
    refused(read(gitlab_signed(body), body, "whsec_no base64", NOW))
    refused(read(gitlab_signed(body, at="1799999699"), body, TOKEN, NOW))


def test_tags_deletions_forms_and_other_events() -> None:
    body = payload(ref="refs/tags/v1")
    said = read(github(body), body, SECRET, NOW)
    assert isinstance(said, Push)
    assert said.branch == ""
    body = payload(after="0" * 40, ref="refs/heads/a/b")
    said = read(github(body), body, SECRET, NOW)
    assert isinstance(said, Push)
    assert (said.branch, said.commit, said.deleted) == ("a/b", "", True)
    form = urlencode({"payload": payload().decode()}).encode()
    content = {"content-type": "application/x-www-form-urlencoded"}
    said = read(github(form) | content, form, SECRET, NOW)
    assert isinstance(said, Push)
    assert said.commit == AFTER
    assert read(github(b"{}", "ping"), b"{}", SECRET, NOW) == Ignored("ping", "pong")
    said = read(gitlab("Tag Push Hook"), b"{}", SECRET, NOW)
    assert said == Ignored("Tag Push Hook", "nothing to do on 'Tag Push Hook'")
    assert refusal_of({}) == 400


def refusal_of(headers: dict[str, str]) -> int:
    said = read(headers, b"", SECRET, NOW)
    assert isinstance(said, Refused)
    return said.status


def test_real_payloads_of_github() -> None:
    pushes = examples("push")
    assert pushes
    for data in pushes:
        body = json.dumps(data).encode()
        said = read(github(body), body, SECRET, NOW)
        assert isinstance(said, Push)
        assert said.repository == data["repository"]["full_name"]
        assert said.deleted == data["deleted"]
        assert f"refs/heads/{said.branch}" == data["ref"] or data["ref"].startswith("refs/tags/")
    for event in ("ping", "pull_request", "workflow_run"):
        for data in examples(event):
            body = json.dumps(data).encode()
            assert isinstance(read(github(body, event), body, SECRET, NOW), Ignored)
