"""`placid log --run`: finds the run's folder and facts, and prints what is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from placid.core.pipeline.facts import Fact
from placid.faces.running.logs import Search, run_folder, search_logs, step_logs
from placid.faces.running.naming import root_of
from placid.faces.running.style import Style

_DECODER: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


def log_lines(start: Path, search: Search, style: Style) -> Iterator[str]:
    """The lines of a kept run's logs; Problem when there is no such run, job or step."""
    home, store = _home(start)
    number, folder = run_folder(home / "runs", search.run)
    facts = [_DECODER.decode(data) for data in stored(home, store, number)]
    return search_logs(step_logs(folder, facts), search, style)


def fact_lines(start: Path, search: Search) -> Iterator[str]:
    """The same run's facts, one JSON object a line, as they are stored."""
    home, store = _home(start)
    number, _ = run_folder(home / "runs", search.run)
    for data in stored(home, store, number):
        yield data.decode()


def stored(home: Path, store: str, number: int) -> Sequence[bytes]:
    """The facts of run `number`; none when there is no ledger."""
    from placid.edge.store.places import file, is_postgres, open_ledger

    if not is_postgres(store) and not file(store, home).is_file():
        return ()
    with open_ledger(store, home) as ledger:
        names = [name for name in ledger.streams("run/") if name.endswith(f"/{number}")]
        return [row.data for name in names for row in ledger.read(name)]


def _home(start: Path) -> tuple[Path, str]:
    """The `.placid` of this repository and what its `store:` says."""
    from placid.config.loading import FILE

    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            from placid.app import locate

            house = locate(folder)
            return house.home, house.store
    return root_of(start.resolve()) / ".placid", ""
