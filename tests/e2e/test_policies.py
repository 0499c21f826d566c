"""Whose placid.yaml counts, with real parts: the commit's, and for the machine the agent's."""

from __future__ import annotations

from tests.e2e.stage import CANARY, ROLLING, Site, free_port, until


def test_the_agent_takes_the_strategy_of_each_commit_and_keeps_its_own_port(site: Site) -> None:
    site.strategy = ROLLING
    first = site.commit("first")
    agent = site.begin("serve")
    site.live(first)
    site.strategy, old, site.port = CANARY, site.port, free_port()
    second = site.commit("second")
    agent.says(
        f"placid.yaml of {second[:10]} changes environments.production.listen:"
        " restart `placid serve` to take it"
    )
    site.live(second)
    assert site.serves(old).startswith(second[:10])
    assert site.serves() == ""
    told = site.placid("log").stdout
    assert "rolling, as the first release" in told and "canary, in place of" in told
    agent.stop()
    site.begin("serve")
    until(lambda: site.serves().startswith(second[:10]), "the new port")


def test_a_commit_with_a_broken_file_does_not_build_and_the_next_one_does(site: Site) -> None:
    first = site.commit("first")
    agent = site.begin("serve")
    site.live(first)
    site.more = "    stratgy: canary\n"
    broken = site.commit("broken")
    agent.says(f"{broken[:10]} does not build: placid.yaml:")
    assert 'unknown key "stratgy"' in agent.said
    assert site.serves().startswith(first[:10])
    site.more = ""
    mended = site.commit("mended")
    site.live(mended)
    assert site.status().quarantined == {}


def test_a_file_that_is_no_text_does_not_build(site: Site) -> None:
    first = site.commit("first")
    agent = site.begin("serve")
    site.live(first)
    (site.folder / "placid.yaml").write_bytes(b"app: sh\xffp\n")
    site.git("commit", "-qam", "broken")
    agent.says("UTF-8")
    assert site.serves().startswith(first[:10])
    (site.folder / "placid.yaml").write_text(site.settings())


def test_a_file_beside_a_repository_that_holds_none_counts(site: Site) -> None:
    (site.folder / ".git" / "info" / "exclude").write_text("placid.yaml\n")
    site.strategy = ROLLING
    site.commit("first")
    assert site.git("ls-files", "placid.yaml") == ""
    told = site.placid("deploy").stderr
    assert "rolling, as the first release" in told and "changes" not in told
    site.strategy = CANARY
    second = site.commit("second")
    assert "canary, in place of" in site.placid("deploy").stderr
    assert site.serves().startswith(second[:10])
