"""`placid log --run`: finds the run's folder and facts, and prints what is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from placid.app.sites import Site, site
from placid.core.pipeline.facts import Fact
from placid.faces.running.logs import Search, run_folder, search_logs, step_logs
from placid.faces.running.style import Style

_DECODER: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


def log_lines(start: Path, search: Search, style: Style) -> Iterator[str]:
    """The lines of a kept run's logs; Problem when there is no such run, job or step."""
    here = site(start)
    number, folder = run_folder(here.home / "runs", search.run)
    facts = [_DECODER.decode(data) for data in stored(here, number)]
    return search_logs(step_logs(folder, facts), search, style)


def fact_lines(start: Path, search: Search) -> Iterator[str]:
    """The same run's facts, one JSON object a line, as they are stored."""
    here = site(start)
    number, _ = run_folder(here.home / "runs", search.run)
    for data in stored(here, number):
        yield data.decode()


def stored(here: Site, number: int) -> Sequence[bytes]:
    """The facts of run `number`; none when there is no ledger."""
    from placid.edge.store.places import file, is_postgres, open_ledger

    if not is_postgres(here.store) and not file(here.store, here.home).is_file():
        return ()
    with open_ledger(here.store, here.home) as ledger:
        return [row.data for row in ledger.read(f"run/{here.app}/{number}")]
