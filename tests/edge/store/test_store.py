"""What every ledger does: one suite for the fake and the real ones, so that the fake cannot lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from itertools import count

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placid.base.errors import Conflict
from placid.ports import Store
from tests.edge.store.conftest import Opener

pytestmark = pytest.mark.anyio
EXAMPLES = count()


async def facts(store: Store, stream: str, after: int = 0) -> list[tuple[int, bytes]]:
    return [(row.seq, row.data) for row in await store.read(stream, after)]


async def test_facts_come_back_in_order_with_their_numbers_and_times(opener: Opener) -> None:
    async with opener() as store:
        await store.append("a", 0, [b'{"n":1}', b'{"n":2}'])
        await store.append("a", 2, [b'{"n":3}'])
        rows = await store.read("a")
        assert [(r.stream, r.seq, r.data) for r in rows] == [
            ("a", 1, b'{"n":1}'),
            ("a", 2, b'{"n":2}'),
            ("a", 3, b'{"n":3}'),
        ]
        assert all(row.at.tzinfo == UTC for row in rows)
        assert rows[0].at <= rows[2].at
        assert await facts(store, "a", after=2) == [(3, b'{"n":3}')]
        assert await facts(store, "a", after=7) == []
        assert await facts(store, "b") == []


@pytest.mark.parametrize("expected", [0, 1, 3, 99])
async def test_an_append_at_another_end_is_a_conflict_and_adds_nothing(
    opener: Opener, expected: int
) -> None:
    async with opener() as store:
        await store.append("a", 0, [b"1", b"2"])
        with pytest.raises(Conflict, match="a"):
            await store.append("a", expected, [b"x", b"y"])
        with pytest.raises(Conflict):
            await store.append("a", expected, [])
        assert await facts(store, "a") == [(1, b"1"), (2, b"2")]
        await store.append("a", 2, [b"3"])


async def test_appending_nothing_makes_no_stream(opener: Opener) -> None:
    async with opener() as store:
        await store.append("a", 0, [])
        assert await store.streams() == []


async def test_of_two_writers_who_saw_the_same_end_one_wins(opener: Opener) -> None:
    async with opener() as one, opener() as two:
        won: list[bytes] = []

        async def write(store: Store, fact: bytes) -> None:
            try:
                await store.append("a", 0, [fact, fact])
                won.append(fact)
            except Conflict:
                pass

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write, one, b"1")
            tasks.start_soon(write, two, b"2")
        assert [data for _, data in await facts(one, "a")] == [won[0], won[0]]
        assert len(won) == 1


@pytest.mark.promise("ledger")
async def test_reopening_keeps_everything(opener: Opener) -> None:
    async with opener() as store:
        await store.append("a", 0, [b"1", bytes(range(256))])
        await store.lease("deploys", "ada", 600)
        before = await store.read("a")
    async with opener() as store:
        assert await store.read("a") == before
        assert await store.holder("deploys") == "ada"
        with pytest.raises(Conflict):
            await store.append("a", 0, [b"x"])


async def test_streams_are_listed_by_exact_prefix_and_sorted(opener: Opener) -> None:
    names = ["a/2", "a/10", "a", "ab", "a%/1", "a_/1", "A/1", "é/1", "b", "\U0001f600", "\uffff"]
    async with opener() as store:
        for name in names:
            await store.append(name, 0, [name.encode()] * 2)
        assert await store.streams() == sorted(names)
        for prefix in ("a", "a/", "a%", "a_", "A", "é", "c", "a/10", "a/100"):
            expected = sorted(name for name in names if name.startswith(prefix))
            assert await store.streams(prefix) == expected


async def test_a_change_that_already_happened_is_told_at_once(opener: Opener) -> None:
    async with opener() as store:
        await store.append("a", 0, [b"1", b"2"])
        with anyio.fail_after(60):
            await store.changed("a", 1)


async def test_an_append_wakes_those_who_wait_for_its_stream_only(opener: Opener) -> None:
    async with opener() as store, opener() as other:
        woken: list[str] = []
        four = anyio.Event()

        async def wait(where: Store, stream: str) -> None:
            await where.changed(stream, 0)
            woken.append(stream)
            if len(woken) == 4:
                four.set()

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for where in (store, store, other, other):
                    tasks.start_soon(wait, where, "a")
                tasks.start_soon(wait, store, "b")
                await store.append("c", 0, [b"1"])
                await anyio.sleep(0.2)
                assert woken == []
                await store.append("a", 0, [b"1"])
                await four.wait()
                await other.append("b", 0, [b"1"])
        assert woken == ["a"] * 4 + ["b"]


async def test_when_the_one_who_watched_leaves_another_takes_over(opener: Opener) -> None:
    async with opener() as store, opener() as other:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                with anyio.move_on_after(0.1):
                    async with anyio.create_task_group() as first:
                        first.start_soon(store.changed, "x", 0)
                        await anyio.sleep(0.05)
                        tasks.start_soon(store.changed, "a", 0)
                        tasks.start_soon(store.changed, "a", 0)
                await anyio.sleep(0.1)
                await other.append("a", 0, [b"1"])


async def test_a_lease_has_one_holder_who_can_renew_and_give_it_up(opener: Opener) -> None:
    async with opener() as store, opener() as other:
        assert await store.holder("x") == ""
        assert await store.lease("x", "ada", 600) == "ada"
        assert await other.lease("x", "bob", 600) == "ada"
        assert await store.lease("x", "ada", 600) == "ada"
        assert await store.lease("y", "bob", 600) == "bob"
        await other.release("x", "bob")
        assert await other.holder("x") == "ada"
        await store.release("x", "ada")
        await store.release("x", "ada")
        assert await other.holder("x") == ""
        assert await other.lease("x", "bob", 600) == "bob"


async def test_a_lease_runs_out_unless_it_is_renewed(opener: Opener) -> None:
    async with opener() as store:
        await store.lease("kept", "ada", 0.05)
        await store.lease("kept", "ada", 600)
        await store.lease("lost", "ada", 0.05)
        with anyio.fail_after(60):
            while await store.holder("lost") != "":  # noqa: ASYNC110 - time is all there is
                await anyio.sleep(0.01)
            assert await store.lease("lost", "bob", 600) == "bob"
        assert await store.lease("lost", "ada", 600) == "bob"
        assert await store.holder("kept") == "ada"


async def test_an_error_of_the_user_of_the_store_comes_out_as_it_is(opener: Opener) -> None:
    with pytest.raises(ZeroDivisionError):
        async with opener():
            raise ZeroDivisionError


@dataclass(frozen=True)
class Append:
    stream: str
    off: int
    facts: list[bytes]


STREAMS = st.sampled_from(["a", "a/1", "a/2", "b/\x01", "é"])
APPENDS = st.lists(
    st.builds(
        Append,
        STREAMS,
        st.sampled_from([0, 0, 0, 0, -1, 1]),
        st.lists(st.binary(max_size=20), max_size=4),
    ),
    max_size=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(appends=APPENDS, prefix=STREAMS, after=st.integers(-2, 9))
async def test_it_is_a_dict_of_lists(
    opener: Opener, appends: list[Append], prefix: str, after: int
) -> None:
    model: dict[str, list[bytes]] = {}
    root = f"{next(EXAMPLES)}:"
    async with opener() as store:
        for append in appends:
            held = model.get(append.stream, [])
            end = len(held) + append.off
            if append.off:
                with pytest.raises(Conflict):
                    await store.append(root + append.stream, end, append.facts)
            else:
                await store.append(root + append.stream, end, append.facts)
                if append.facts:
                    model[append.stream] = held + append.facts
        for stream, held in model.items():
            numbered = list(enumerate(held, 1))
            assert await facts(store, root + stream) == numbered
            assert await facts(store, root + stream, after) == numbered[max(after, 0) :]
        expected = sorted(root + name for name in model if name.startswith(prefix))
        assert await store.streams(root + prefix) == expected


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_it_works_on_trio_too(opener: Opener) -> None:
    async with opener() as store, opener() as other, anyio.create_task_group() as tasks:
        with anyio.fail_after(60):
            tasks.start_soon(store.changed, "a", 0)
            tasks.start_soon(other.changed, "a", 0)
            await other.append("a", 0, [b"1"])
