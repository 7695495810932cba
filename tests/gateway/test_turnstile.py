"""The turnstile: one at a time, two lanes by turns, and nobody waits for ever."""

import asyncio

from tests.gateway.loops import run
from whistle.gateway import turnstile
from whistle.gateway.turnstile import Lane, Turnstile

SOON = 0.05


async def until_everybody_waits() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_flood_in_one_lane_holds_up_the_other_by_one_turn_at_most() -> None:
    order: list[str] = []

    async def pass_through(stile: Turnstile, name: str, lane: Lane) -> None:
        async with stile.turn(lane) as entered:
            assert entered
            order.append(name)
            await asyncio.sleep(0)

    async def flood() -> None:
        stile = Turnstile()
        crowd = [
            asyncio.ensure_future(pass_through(stile, "stranger", Lane.OTHER)) for _ in range(50)
        ]
        await asyncio.sleep(0)
        adviser = asyncio.ensure_future(pass_through(stile, "adviser", Lane.KNOWN))
        await asyncio.gather(*crowd, adviser)

    run(flood())
    assert len(order) == 51
    assert "adviser" in order[:4]


def test_known_browsers_cannot_keep_the_others_out() -> None:
    order: list[Lane] = []

    async def pass_through(stile: Turnstile, lane: Lane) -> None:
        async with stile.turn(lane):
            order.append(lane)
            await asyncio.sleep(0)

    async def flood() -> None:
        stile = Turnstile()
        await asyncio.gather(
            *(pass_through(stile, lane) for lane in [Lane.KNOWN] * 9 + [Lane.OTHER])
        )

    run(flood())
    assert Lane.OTHER in order[:3]


def test_a_place_is_handed_on_when_whoever_got_it_is_cancelled_in_that_moment() -> None:
    async def cancelled() -> int:
        stile = Turnstile()
        waiting: asyncio.Task[None]

        async def wait() -> None:
            async with stile.turn(Lane.OTHER):
                await asyncio.sleep(60)

        async with stile.turn(Lane.KNOWN):
            waiting = asyncio.ensure_future(wait())
            await until_everybody_waits()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return stile._free

    assert run(cancelled()) == turnstile.WIDTH


def test_no_more_than_its_width_are_through_at_once() -> None:
    inside, most = 0, 0

    async def pass_through(stile: Turnstile, number: int) -> None:
        nonlocal inside, most
        async with stile.turn(Lane.KNOWN if number % 3 else Lane.OTHER):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    async def crowd() -> None:
        stile = Turnstile(width=2)
        await asyncio.gather(*(pass_through(stile, number) for number in range(40)))

    run(crowd())
    assert most == 2


def test_whoever_waited_too_long_is_turned_away_and_leaves_no_gap() -> None:
    async def wait_in_vain() -> None:
        stile = Turnstile(patience=SOON)
        async with stile.turn(Lane.OTHER) as first:
            assert first
            async with stile.turn(Lane.OTHER) as second:
                assert not second
        async with stile.turn(Lane.OTHER) as third:
            assert third

    run(wait_in_vain())


def test_a_full_lane_turns_away_at_once_and_the_other_does_not() -> None:
    async def overflow() -> None:
        stile = Turnstile(patience=60)

        async def wait(lane: Lane) -> bool:
            async with stile.turn(lane) as entered:
                return entered

        async with stile.turn(Lane.OTHER):
            crowd = [asyncio.ensure_future(wait(Lane.OTHER)) for _ in range(turnstile.LONGEST + 1)]
            known = asyncio.ensure_future(wait(Lane.KNOWN))
            await until_everybody_waits()
            assert [one.result() for one in crowd if one.done()] == [False]
            assert not known.done()
        assert await known
        assert all([await one for one in crowd[:-1]])

    run(overflow())


def test_one_who_gives_up_does_not_take_the_turn_along() -> None:
    async def give_up() -> None:
        stile = Turnstile()

        async def wait() -> bool:
            async with stile.turn(Lane.OTHER) as entered:
                return entered

        async with stile.turn(Lane.OTHER):
            gone, stays = asyncio.ensure_future(wait()), asyncio.ensure_future(wait())
            await until_everybody_waits()
            gone.cancel()
            await until_everybody_waits()
        assert await stays

    run(give_up())
