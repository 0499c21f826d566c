"""Only what passed its pipeline is deployed: the gate before a build, with real parts."""

from __future__ import annotations

import pytest

from tests.e2e.stage import ROLLING, Site

WORKFLOW = """
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Test
        run: test ! -e broken && test ! -e unlucky -o -e %s
"""


def guard(site: Site, luck: str = "/nowhere") -> None:
    """Give the repository a workflow: it fails while a file `broken` is in it."""
    folder = site.folder / ".github" / "workflows"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ci.yml").write_text(WORKFLOW % luck)
    site.git("add", "-A")


@pytest.mark.promise("gate")
def test_a_red_pipeline_is_recorded_and_never_deployed(site: Site) -> None:
    site.strategy = ROLLING
    guard(site)
    first = site.commit("first")
    agent = site.begin("serve")
    site.live(first)
    (site.folder / "broken").touch()
    site.git("add", "-A")
    red = site.commit("red")
    agent.says(f"{red[:10]} is not deployed: its pipeline is red")
    assert "test > Test: Process completed with exit code 1." in agent.said
    assert site.serves().startswith(first[:10])
    told = site.placid("log").stdout
    assert f"{red[:10]} is not deployed: its pipeline is red (run 2)" in told
    (site.folder / "broken").unlink()
    site.git("add", "-A")
    green = site.commit("green")
    site.live(green)
    logs = site.placid("log", "--run", "2", "--failed").stdout
    assert "Process completed with exit code 1." in logs


def test_what_somebody_has_run_green_by_hand_may_be_deployed(site: Site) -> None:
    site.strategy = ROLLING
    guard(site, str(site.folder.parent / "luck"))
    (site.folder / "unlucky").touch()
    site.git("add", "-A")
    unlucky = site.commit("unlucky")
    told = site.placid("deploy", code=1)
    assert f"{unlucky[:10]} is not deployed: its pipeline is red" in told.stderr
    (site.folder.parent / "luck").touch()
    site.placid("run", "--event", "push", "--commit", unlucky)
    site.placid("deploy", unlucky)
    assert site.serves().startswith(unlucky[:10])


def test_the_gate_can_be_left_open(site: Site) -> None:
    site.strategy = ROLLING
    guard(site)
    (site.folder / "broken").touch()
    site.git("add", "-A")
    site.top = "pipeline: off\n"
    site.commit("broken, and nobody minds")
    site.placid("deploy")
