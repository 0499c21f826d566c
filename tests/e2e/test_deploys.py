"""`placid deploy` with real parts: first and second releases, bad ones, and going back."""

from __future__ import annotations

import msgspec
import pytest

from placid.faces.status import Status
from tests.e2e.stage import BLUE_GREEN, CANARY, ROLLING, Site, traffic, until


def test_a_first_deploy_goes_live_and_is_told(site: Site) -> None:
    commit = site.commit("first")
    told = site.placid("deploy", "--by", "ada").stderr
    assert "as the first release" in told and "is live" in told
    assert site.serves().startswith(commit[:10])
    status = site.status()
    assert (status.commit, status.rollout, status.quarantined) == (commit, None, {})
    assert commit[:10] in site.placid("status").stdout
    report = msgspec.json.decode(site.placid("status", "--json").stdout, type=Status)
    assert report == Status("shop", [status])
    log = site.placid("log").stdout
    assert f"ada asked for {commit[:10]}" in log and "is live" in log
    assert '"kind":"rollout_ended"' in site.placid("log", "--json").stdout
    again = site.placid("deploy", code=0).stderr
    assert "live already" in again
    assert site.git("status", "--porcelain") == ""


@pytest.mark.parametrize("strategy", [ROLLING, BLUE_GREEN, CANARY])
def test_a_second_deploy_under_load_fails_no_request(site: Site, strategy: str) -> None:
    site.strategy = strategy
    site.more = f"    preview: 127.0.0.1:{site.preview}\n" if strategy == BLUE_GREEN else ""
    site.commit("first")
    site.placid("deploy")
    second = site.commit("second")
    with traffic(site.port) as tally:
        until(lambda: tally.sent > 20)
        site.placid("deploy")
        until(lambda: any(release.startswith(second[:10]) for release in tally.bodies))
    assert tally.failures == []
    assert site.status().commit == second


BAD = [
    ({"WEB_MODE": "crash"}, "exited with 1"),
    ({"WEB_MODE": "silent"}, "health"),
    ({"WEB_HEALTH": "503"}, "503"),
    ({"WEB_MODE": "fork"}, "exited with 0"),
]
MODES = ["exits", "never listens", "answers 503", "forks and exits"]


@pytest.mark.parametrize(("mode", "why"), BAD, ids=MODES)
def test_a_release_that_cannot_serve_is_not_served(
    site: Site, mode: dict[str, str], why: str
) -> None:
    first = site.commit("first")
    site.placid("deploy")
    site.deadline = "3s"
    bad = site.commit("bad", **mode)
    told = site.placid("deploy", code=1).stderr
    assert why in told and "was taken back" in told
    assert site.serves().startswith(first[:10])
    assert site.status().commit == first
    assert bad in site.status().quarantined


def test_a_first_deploy_that_fails_leaves_nothing_running(site: Site) -> None:
    site.commit("bad", WEB_MODE="crash")
    told = site.placid("deploy", code=1).stderr
    assert "exited with 1" in told
    assert site.serves() == ""
    assert site.status().live == ""
    assert "nothing is live" in site.placid("status").stdout


def test_a_build_that_fails_leaves_production_untouched(site: Site) -> None:
    first = site.commit("first")
    site.placid("deploy")
    serving = site.serves()
    site.build = "echo no compiler here; exit 7"
    site.commit("bad build")
    told = site.placid("deploy", code=1).stderr
    assert "does not build" in told and "no compiler here" in told
    assert site.serves() == serving
    status = site.status()
    assert (status.commit, status.rollout, status.wanted) == (first, None, "")


def test_a_bad_release_under_traffic_is_taken_back_and_git_follows(site: Site) -> None:
    site.more = "    rollback: {git: revert}\n"
    first = site.commit("first")
    site.placid("deploy")
    bad = site.commit("bad", WEB_FAIL="1")
    with traffic(site.port) as tally:
        until(lambda: tally.sent > 50)
        told = site.placid("deploy", code=1).stderr
    assert "was taken back" in told and "is in quarantine" in told
    assert site.serves().startswith(first[:10])
    assert list(site.status().quarantined) == [bad]
    assert 'Revert "bad"' in site.git("log", "-1", "--format=%s")
    assert "WEB_FAIL" not in (site.folder / "mode").read_text()
    assert site.git("status", "--porcelain") == ""
    refused = site.placid("deploy", bad, code=1).stderr
    assert "it is in quarantine" in refused
    assert site.serves().startswith(first[:10])
    site.placid("allow", bad[:10], "--by", "ada")
    assert site.status().quarantined == {}
    allowed = site.placid("deploy", bad).stderr
    assert "is live" in allowed  # nobody visits it now, and its probe is fine


def test_going_back_after_a_promotion(site: Site) -> None:
    first = site.commit("first")
    site.placid("deploy")
    second = site.commit("second")
    site.placid("deploy")
    with traffic(site.port) as tally:
        told = site.placid("rollback", "--by", "ada").stderr
    assert tally.failures == []
    assert "ada asked to go back" in told
    assert site.serves().startswith(first[:10])
    status = site.status()
    assert status.commit == first and second in status.quarantined
    told = site.placid("rollback", "--to", "0000000", code=1).stderr
    assert "no such release" in told
