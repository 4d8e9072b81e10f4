"""The notifier in its own thread against services that are strict, slow, full, broken, and gone."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from risk_manager.core.record import Severity
from risk_manager.notify.answer import Answer, Delivered
from risk_manager.notify.channel import Pace, Plan
from risk_manager.notify.line import Line
from risk_manager.notify.notice import Notice
from risk_manager.notify.speaking import speaker
from risk_manager.notify.taste import Rest, Taste
from tests.notify.samples import LOSS, critical, notice
from tests.notify.services import (
    Discord,
    Service,
    Telegram,
    broken,
    open_service,
    too_many_for_discord,
    too_many_for_telegram,
)
from tests.notify.telling import NEVER_AGAIN, telling, to_discord, to_telegram


async def test_a_breach_arrives_at_both() -> None:
    async with open_service(coach := Discord()), open_service(phone := Telegram()):
        async with telling(to_discord(coach), to_telegram(phone)) as told:
            told.put(LOSS)
            assert "Daily loss -$512.50" in (await coach.got("Daily loss"))["embeds"][0]["description"]
            assert "Daily loss -$512.50" in (await phone.got("Daily loss"))["text"]
        assert told.reports == []
    assert coach.refused == phone.refused == []


async def test_a_mistake_of_its_own_is_heard_where_the_guards_are() -> None:
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: heard.append(told))
    no_pace = Pace(settle=cast("float", "not long"))
    async with open_service(coach := Discord()), telling(to_discord(coach), pace=no_pace) as told:
        told.put(LOSS)
        async with asyncio.timeout(20):
            while not heard:
                await asyncio.sleep(0.01)
    assert heard[0]["message"] == "The task notify: coach ended with an error."
    assert isinstance(heard[0]["exception"], TypeError)


async def test_one_message_takes_along_what_comes_together_and_nothing_is_told_twice() -> None:
    async with open_service(coach := Discord()), telling(to_discord(coach)) as told:
        told.put(*(notice(f"Number {number}.") for number in range(25)))
        await coach.got("Number 24.")
    assert [len(one["embeds"]) for one in coach.delivered] == [10, 10, 5]


async def test_what_is_critical_does_not_wait_for_the_rest() -> None:
    async with open_service(coach := Discord()):
        slow = Pace(together=3600, settle=0.02)
        async with telling(to_discord(coach), pace=slow) as told:
            told.put(notice("The first."))
            await coach.got("The first.")
            await asyncio.sleep(0.3)  # the answer is there, and the wait for company has begun
            told.put(notice("Has time."))
            await asyncio.sleep(0.3)
            assert len(coach.delivered) == 1
            told.put(critical("Has none."))
            await coach.got("Has none.")
    assert [[one["description"] for one in message["embeds"]] for message in coach.delivered[1:]] == [
        ["Has none.", "Has time."]
    ]


async def test_discord_is_left_alone_for_as_long_as_it_says() -> None:
    async with open_service(coach := Discord()):
        coach.troubles += [too_many_for_discord(0.2), too_many_for_discord(0.1)]
        async with telling(to_discord(coach), pace=NEVER_AGAIN) as told:
            told.put(LOSS)
            await coach.got("Daily loss")
            assert told.reports == [], "that it is full is no trouble"
    assert coach.tries == 3


async def test_what_is_critical_does_not_break_a_rate_limit() -> None:
    async with open_service(phone := Telegram()):
        phone.troubles.append(too_many_for_telegram(3600))
        async with telling(to_telegram(phone)) as told:
            told.put(notice("Early."))
            await phone.until(lambda: phone.tries == 1)
            told.put(critical("Too loud."))
            await asyncio.sleep(0.3)
            assert (phone.tries, phone.delivered) == (1, [])


async def test_telegram_is_told_again_after_its_own_time() -> None:
    async with open_service(phone := Telegram()):
        phone.troubles.append(too_many_for_telegram(0))
        async with telling(to_telegram(phone), pace=NEVER_AGAIN) as told:
            told.put(LOSS)
            await phone.got("Daily loss")


async def test_a_service_that_is_always_full_is_said_although_it_names_times() -> None:
    async with open_service(phone := Telegram()):
        phone.troubles += [too_many_for_telegram(0)] * 4
        async with telling(to_telegram(phone), pace=Pace(together=0.3, least=0.1, patience=0.5)) as told:
            told.put(LOSS)
            await told.reported("takes nothing: it has been told too much")
            assert set(told.notifier.troubles) == {"phone"}
            await phone.got("Daily loss")
            await told.reported("takes messages again")


async def test_a_service_that_names_no_second_to_wait_is_not_hammered() -> None:
    async with open_service(phone := Telegram()):
        phone.troubles += [too_many_for_telegram(0)] * 10_000
        async with telling(to_telegram(phone), pace=Pace(settle=0.0, pause_most=3600, least=3600)) as told:
            told.put(LOSS)
            await told.reported("takes nothing: it has been told too much")
    assert phone.tries == 1


async def test_a_service_in_trouble_is_tried_again_and_said_once_each_way() -> None:
    async with open_service(coach := Discord()):
        coach.troubles += [broken(), broken(500), broken(503)]
        async with telling(to_discord(coach)) as told:
            told.put(LOSS)
            await coach.got("Daily loss")
            await told.reported("takes messages again")
        assert [(name, is_well) for name, _, is_well in told.reports] == [("coach", False), ("coach", True)]
        assert told.reports[0][1] == "The channel coach (discord) takes nothing: it is in trouble itself (HTTP 502)."
    assert len(coach.delivered) == 1


async def test_something_critical_is_tried_at_once_although_the_last_try_failed() -> None:
    async with open_service(coach := Discord()):
        coach.troubles.append(broken())
        async with telling(to_discord(coach), pace=NEVER_AGAIN) as told:
            told.put(notice("Early."))
            await told.reported("takes nothing")
            told.put(critical("Now."))
            await coach.got("Now.")
    assert {one["description"] for one in coach.delivered[0]["embeds"]} == {"Early.", "Now."}


async def test_a_wrong_token_is_said_without_it_and_other_settings_tell_what_has_waited() -> None:
    async with open_service(coach := Discord()), open_service(phone := Telegram()):
        wrong = (to_discord(coach, token="a-wrong-one"), to_telegram(phone, token="5:a-wrong-one"))
        async with telling(*wrong, pace=NEVER_AGAIN) as told:
            told.put(LOSS)
            await told.reported("Invalid Webhook Token")
            await told.reported("Unauthorized")
            assert set(told.notifier.troubles) == {"coach", "phone"}
            assert "a-wrong-one" not in str(told.reports)
            told.notifier.choose((to_discord(coach), to_telegram(phone)), None)
            await coach.got("Daily loss")
            await phone.got("Daily loss")
            assert told.notifier.troubles == {}


async def test_a_chat_that_the_bot_does_not_know_is_said_with_what_to_do() -> None:
    async with open_service(phone := Telegram()), telling(to_telegram(phone, chat=5), pace=NEVER_AGAIN) as told:
        told.put(LOSS)
        await told.reported("say something to it there first")


class Picky(Service):
    """Takes no message with this word in it."""

    async def judged(self, request: Any) -> Any:
        told = await request.json()
        if "poison" in told["text"]:
            return self.refuse(422, {})
        self.delivered.append(told)
        return await super().judged(request)


async def test_one_message_that_is_not_taken_holds_up_no_other() -> None:
    async with open_service(own := Picky()):
        plan = Plan("own", "webhook", speaker("webhook", f"{own.url}/x"))
        async with telling(plan) as told:
            told.put(*(notice(f"Number {number}.") for number in range(4)), critical("poison"), notice("The last."))
            await own.got("The last.")
            await own.until(lambda: all(any(f"Number {n}." in one["text"] for one in own.delivered) for n in range(4)))
            assert any("that message is left out" in sentence for _, sentence, _ in told.reports)
    assert any("1 less important message was left out" in one["text"] for one in own.delivered)


async def test_a_channel_hears_what_it_has_chosen_and_what_is_critical_always() -> None:
    async with open_service(coach := Discord()):
        rest = Rest(datetime.now(UTC).time(), (datetime.now(UTC) - timedelta(minutes=5)).time(), "UTC")
        taste = Taste(Severity.WARNING, frozenset({"breach"}), rest)
        async with telling(to_discord(coach, taste=taste)) as told:
            told.put(notice("Too quiet.", Severity.INFO), notice("Of a lock.", event="lock"), notice("It rests."))
            told.put(critical("Of the guard.", event="guard"))
            await coach.got("Of the guard.")
    assert [one["description"] for one in coach.delivered[0]["embeds"]] == ["Of the guard."]
    assert len(coach.delivered) == 1


async def test_the_same_alert_is_not_told_at_every_try() -> None:
    async with open_service(coach := Discord()), telling(to_discord(coach)) as told:
        told.put(critical("MNQ is still open: try 3 to close it.", event="alert"))
        await coach.got("try 3")
        for number in range(4, 40):
            told.put(critical(f"MNQ is still open: try {number} to close it.", event="alert"))
        told.put(critical("ES is still open: try 3 to close it.", event="alert"))
        await coach.got("ES is still open")
    assert [one["embeds"][0]["description"][:20] for one in coach.delivered] == [
        "MNQ is still open: t", "ES is still open: tr",
    ]  # fmt: skip


async def test_a_flood_for_a_dead_endpoint_is_bounded_and_what_is_critical_is_kept() -> None:
    async with open_service(coach := Discord()):
        coach.is_stuck = True
        async with telling(to_discord(coach), make_line=lambda: Line(all_seconds=0.1)) as told:
            told.put(critical("Kept."))
            await coach.until(lambda: coach.tries > 0)
            for number in range(5000):
                told.put(notice(f"Number {number}."))
            await told.reported("it does not answer")
            coach.is_stuck = False
            await coach.got("Kept.")
            message = await coach.got("left out")
            assert "less important messages were left out" in message["content"]
            await coach.got("Number 4999.")
    assert sum(len(one["embeds"]) for one in coach.delivered) <= 200


async def test_a_name_that_is_never_found_holds_up_neither_another_channel_nor_the_end() -> None:
    gate, looked = threading.Event(), threading.Event()

    def look_up(host: str, port: int, family: int) -> list[Any]:
        if host == "nowhere.invalid":
            looked.set()
            gate.wait()
        return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)

    try:
        async with open_service(coach := Discord()):
            dead = Plan("dead", "webhook", speaker("webhook", "https://nowhere.invalid/x"))
            async with telling(dead, to_discord(coach), make_line=lambda: Line(look_up, 0.2)) as told:
                told.put(LOSS)
                await coach.got("Daily loss")
                assert await asyncio.to_thread(looked.wait, 10)
                await told.reported("The channel dead (webhook) takes nothing: it does not answer")
            assert "notify" not in {thread.name for thread in threading.enumerate()}
            assert all(one.daemon for one in threading.enumerate() if one.name == "notify: look up")
    finally:
        gate.set()


async def test_a_traders_channel_that_hangs_takes_no_connection_of_the_admins() -> None:
    stuck = Service()
    stuck.is_stuck = True
    async with open_service(coach := Discord()), open_service(stuck):
        hers = Plan("hers", "webhook", speaker("webhook", stuck.url), is_own=True)
        async with telling(hers, to_discord(coach), make_line=lambda: Line(all_seconds=3600, connections=1)) as told:
            told.put(LOSS)
            await stuck.until(lambda: stuck.tries == 1)
            told.put(critical("And now this."))
            await coach.got("And now this.")


async def test_nobody_there_is_said_without_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}/secret-path"
    async with telling(Plan("own", "webhook", speaker("webhook", url)), pace=NEVER_AGAIN) as told:
        told.put(LOSS)
        await told.reported("it cannot be reached")
        for part in ("secret-path", "127.0.0.1", str(port)):
            assert part not in str(told.reports)


async def test_what_waits_is_told_at_the_end() -> None:
    async with open_service(coach := Discord()):
        slow = Pace(together=3600, settle=3600)
        async with telling(to_discord(coach), pace=slow) as told:
            told.put(critical("The guard has stopped."))
        assert coach.delivered[0]["embeds"][0]["description"] == "The guard has stopped."


async def test_a_channel_is_not_told_of_itself() -> None:
    async with (
        open_service(coach := Discord()),
        open_service(phone := Telegram()),
        telling(to_discord(coach), to_telegram(phone)) as told,
    ):
        told.put(notice("Coach takes nothing.", not_to="coach"), notice("For all."))
        await coach.got("For all.")
        await phone.got("Coach takes nothing.")
    assert "Coach takes nothing" not in str(coach.delivered)


class _Busy:
    """Holds the notifier's thread up, as a full machine does."""

    def __init__(self) -> None:
        self.is_at_work, self.may_go_on = threading.Event(), threading.Event()

    async def tell(self, line: Line, notices: Sequence[Notice], left_out: int) -> tuple[Answer, int]:
        self.is_at_work.set()
        self.may_go_on.wait(20)
        return Delivered(), len(notices)


async def test_what_comes_after_a_choice_is_told_to_the_new_ones_however_late_the_thread_is() -> None:
    busy = _Busy()
    first = Plan("busy", "webhook", busy)
    async with open_service(coach := Discord()), telling(first) as told:
        told.put(LOSS)
        assert await asyncio.to_thread(busy.is_at_work.wait, 20)
        told.put(notice("For those who were there."))
        told.notifier.choose([first, to_discord(coach)], None)
        told.put(notice("Coach is told from now on."))
        busy.may_go_on.set()
        await coach.got("Coach is told from now on.")
    assert "For those who were there" not in str(coach.delivered)
