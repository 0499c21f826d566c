"""`placid serve` with real parts: following, killed, asked from outside, and woken."""

from __future__ import annotations

import hmac
import http.client
import json

from tests.e2e.stage import ROLLING, Site, free_port, traffic, until

LONG = "{canary: {steps: [20%], bake: 1h}}"
SLOW = "{canary: {steps: [20%], bake: 4s}}"
SECRET = "not a secret"


def test_serve_follows_commits_and_the_hook_wakes_it(site: Site) -> None:
    site.poll = "1h"
    first = site.commit("first")
    assert "wake the agent" in site.placid("hook", "install").stdout
    agent = site.begin("serve")
    agent.says("following main")
    site.live(first)
    second = site.commit("second")
    site.live(second)
    assert site.serves().startswith(second[:10])
    told = site.placid("deploy", first, "--by", "ada").stderr
    assert "carries it out" in told and "is live" in told
    assert site.serves().startswith(first[:10])


def test_an_agent_killed_in_a_canary_is_followed_by_the_next(site: Site) -> None:
    site.strategy = SLOW
    first = site.commit("first")
    agent = site.begin("serve")
    site.live(first)
    with traffic(site.port) as tally:
        second = site.commit("second")
        until(lambda: any(release.startswith(second[:10]) for release in tally.bodies))
        agent.kill()
        sent = tally.sent
        until(lambda: tally.sent > sent + 50)
        site.begin("serve")
        site.live(second)
    assert tally.failures == []
    assert site.placid("log").stdout.count("is live") == 2


def test_a_second_agent_is_refused(site: Site) -> None:
    first = site.commit("first")
    site.begin("serve")
    site.live(first)
    said = site.placid("serve", code=2).stderr
    assert "an agent already keeps production" in said
    assert "an agent keeps production" in site.placid("down", code=2).stderr
    assert site.serves().startswith(first[:10])


def test_a_newer_commit_in_a_canary_takes_its_place(site: Site) -> None:
    first = site.commit("first")
    site.placid("deploy")
    site.strategy = LONG
    second = site.commit("second")
    with traffic(site.port) as tally:
        site.begin("serve")
        until(lambda: any(release.startswith(second[:10]) for release in tally.bodies))
        third = site.commit("third")
        until(lambda: any(release.startswith(third[:10]) for release in tally.bodies))
        site.placid("promote", "--full")
        site.live(third)
    assert tally.failures == []
    told = site.placid("log").stdout
    assert f"{third[:10]} is newer" in told and "made way" in told
    assert site.status().previous[0].startswith(first[:10])


def test_people_ask_from_another_terminal(site: Site) -> None:
    site.commit("first")
    site.placid("deploy")
    site.strategy = LONG
    second = site.commit("second")
    site.begin("serve")
    until(lambda: _rollout_at(site, "watch"))
    site.placid("pause", "--by", "bea")
    until(lambda: _paused(site) == "bea")
    assert "paused by bea" in site.placid("status").stdout
    site.placid("resume", "--by", "cy")
    until(lambda: _paused(site) == "")
    site.placid("promote", "--by", "dot", "--full")
    site.live(second)
    third = site.commit("third")
    until(lambda: _rollout_at(site, "watch"))
    site.placid("abort", "--by", "eve", "--why", "wrong day")
    site.live(second)
    assert third in site.status().quarantined
    told = site.placid("log").stdout
    for words in (
        "bea asked to pause",
        "cy asked to resume",
        "dot said go on",
        "eve asked to stop",
    ):
        assert words in told
    assert "wrong day" in told


def _rollout_at(site: Site, doing: str) -> bool:
    rollout = site.status().rollout
    return rollout is not None and rollout.doing.startswith(doing)


def _paused(site: Site) -> str:
    rollout = site.status().rollout
    return rollout.paused if rollout else ""


def test_one_environment_after_another(site: Site) -> None:
    site.strategy = ROLLING
    other = free_port()
    site.more = f"""\
    after: staging
  staging: {{listen: "127.0.0.1:{other}", strategy: {ROLLING}}}
"""
    try:
        first = site.commit("first")
        site.begin("serve")
        site.live(first)
        assert site.serves(other).startswith(first[:10])
        bad = site.commit("bad", WEB_MODE="crash")
        until(lambda: bad in site.status("staging").quarantined)
        assert site.status().commit == first and bad not in site.placid("log").stdout
        third = site.commit("third")
        site.live(third)
        assert site.serves(other).startswith(third[:10])
    finally:
        site.close(("production", "staging"))


def test_a_signed_push_wakes_the_agent(site: Site) -> None:
    port = free_port()
    site.poll = "1h"
    site.top = f'webhook: {{listen: "127.0.0.1:{port}", secret: $HOOK_SECRET}}\n'
    first = site.commit("first")
    assert "HOOK_SECRET" in site.placid("serve", code=2).stderr
    site.variables["HOOK_SECRET"] = SECRET
    site.begin("serve")
    site.live(first)
    second = site.commit("second")
    body = json.dumps({"ref": "refs/heads/main", "after": second}).encode()
    assert _post(port, body, "forged") == 401
    assert _post(port, body, SECRET) == 202
    assert _post(port, body, SECRET) == 200
    site.live(second)


def _post(port: int, body: bytes, secret: str) -> int:
    """The status that a push signed with `secret` is answered with."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "7d1f",
        "X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}",
    }
    try:
        line.request("POST", "/webhook", body, headers)
        return line.getresponse().status
    finally:
        line.close()
