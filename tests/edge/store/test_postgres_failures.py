"""What goes wrong with a PostgreSQL ledger; and no password ever shows."""

from __future__ import annotations

import sys
import traceback
from itertools import count
from urllib.parse import quote

import anyio
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem, Unavailable
from placid.edge.store.opening import open_store
from placid.edge.store.places import open_ledger
from tests.edge.store.conftest import schema_url
from tests.edge.store.postgres_server import PASSWORD, Server

NOBODY = "127.0.0.1:1"  # no server listens on port 1
_names = count()


def problem_of(store: str) -> Problem:
    """What opening `store` says."""
    with pytest.raises(Problem) as caught, open_ledger(store):
        pass
    problem = caught.value
    assert problem.where
    shown = "".join(traceback.format_exception(problem)) + f"{problem.where}{problem.fix}"
    assert PASSWORD not in shown
    return problem


def test_no_server() -> None:
    problem = problem_of(f"postgresql://ada:{PASSWORD}@{NOBODY}/shop")
    assert isinstance(problem, Unavailable)
    assert "refused" in problem.what
    assert problem.where == f"postgresql://ada@{NOBODY}/shop"
    assert "pg_isready" in str(problem.fix)


def test_a_host_that_does_not_exist() -> None:
    problem = problem_of(f"postgres://ada:{PASSWORD}@no-such-host.invalid/shop")
    assert isinstance(problem, Unavailable)
    assert problem.where == "postgresql://ada@no-such-host.invalid/shop"


def test_a_wrong_password(postgres: Server) -> None:
    problem = problem_of(postgres.url(password="wrong-" + PASSWORD))
    assert not isinstance(problem, Unavailable)
    assert "does not accept the password" in problem.what
    assert "PGPASSWORD" in str(problem.fix)


def test_no_password(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    problem = problem_of(f"postgresql://placid@127.0.0.1:{postgres.port}/postgres")
    assert "does not accept the password" in problem.what


def test_a_password_from_the_environment(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with open_ledger(schema_url(postgres).replace(f":{PASSWORD}", "")) as ledger:
        assert ledger.streams() == []


def test_a_missing_database(postgres: Server) -> None:
    problem = problem_of(postgres.url("nowhere"))
    assert not isinstance(problem, Unavailable)
    assert "no such database" in problem.what
    assert problem.fix == "createdb nowhere"


def test_a_user_without_rights(postgres: Server) -> None:
    name = f"guest{next(_names)}"
    postgres.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    problem = problem_of(postgres.url().replace("placid:", f"{name}:"))
    assert not isinstance(problem, Unavailable)
    assert "does not let" in problem.what
    assert "GRANT" in str(problem.fix)


def test_a_ledger_of_a_newer_placid_is_left_alone(postgres: Server) -> None:
    url = schema_url(postgres)
    with open_ledger(url) as ledger:
        ledger.append("a", 0, [b"1"])
    with psycopg.connect(url) as raw:
        raw.execute("INSERT INTO placid_schema VALUES (99)")
    problem = problem_of(url)
    assert "newer placid (schema 99" in problem.what
    assert "--upgrade" in str(problem.fix)


@pytest.mark.parametrize("scheme", ["mysql", "sqlite", "http"])
def test_an_unknown_store(scheme: str) -> None:
    problem = problem_of(f"{scheme}://ada:{PASSWORD}@host/shop")
    assert f'no store "{scheme}"' in problem.what
    assert "postgresql://" in str(problem.fix)


def test_psycopg_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    problem = problem_of(f"postgresql://ada:{PASSWORD}@{NOBODY}/shop")
    assert problem.fix == "pip install 'placid[postgres]'"


@settings(deadline=None)
@given(
    parts=st.tuples(st.sampled_from("@:/?#%&=[] +'\"\\é"), st.sampled_from("@:/?#%&=[],")),
    encoded=st.booleans(),
)
def test_no_piece_of_a_password_is_ever_shown(parts: tuple[str, str], encoded: bool) -> None:
    password = f"hunter{parts[0]}correct{parts[1]}horse"
    written = quote(password, safe="") if encoded else password
    with pytest.raises(Problem) as caught, open_ledger(f"postgresql://ada:{written}@{NOBODY}/shop"):
        pass
    problem = caught.value
    shown = "".join(traceback.format_exception(problem, chain=True))
    shown += f"{problem.where}|{problem.fix}"
    assert not [piece for piece in ("hunter", "correct", "horse") if piece in shown]
    assert isinstance(problem, Unavailable) or not encoded


def test_a_broken_connection_is_made_again(postgres: Server) -> None:
    with open_ledger(schema_url(postgres)) as ledger:
        ledger.append("a", 0, [b"1"])
        _break_all(postgres)
        with pytest.raises(Unavailable):
            ledger.append("a", 1, [b"2"])
        ledger.append("a", 1, [b"2"])
        assert [row.data for row in ledger.read("a")] == [b"1", b"2"]


@pytest.mark.anyio
async def test_whoever_waits_sits_out_a_broken_connection(postgres: Server) -> None:
    url = schema_url(postgres)
    async with open_store(url) as store, anyio.create_task_group() as tasks:
        with anyio.fail_after(60):
            tasks.start_soon(store.changed, "a", 0)
            await anyio.sleep(0.2)
            _break_all(postgres)
            await anyio.sleep(0.2)
            with open_ledger(url) as other:
                other.append("a", 0, [b"1"])


def _break_all(postgres: Server) -> None:
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'placid' AND pid <> pg_backend_pid()"
    )
