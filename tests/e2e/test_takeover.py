"""A deploy asked of an agent that leaves: whoever asked carries it out."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from placid.app import lease_name, locate
from placid.edge.store.places import open_ledger
from tests.e2e.stage import Site


def test_what_a_leaving_agent_no_longer_saw_is_carried_out_by_who_asked(site: Site) -> None:
    commit = site.commit("first")
    house = locate(site.folder)
    house.home.mkdir()
    with subprocess.Popen(["sleep", "600"]) as keeper:
        try:
            start = Path(f"/proc/{keeper.pid}/stat").read_text().rpartition(")")[2].split()[19]
            holder = f"{socket.gethostname()}:{keeper.pid}:{start}"
            with open_ledger(house.store, house.home) as ledger:
                assert ledger.lease(lease_name(house, "production"), holder, 600) == holder
            asking = site.begin("deploy")
            asking.says(f"the agent {holder} carries it out")
        finally:
            keeper.kill()
    site.live(commit)
    assert asking.process.wait() == 0
