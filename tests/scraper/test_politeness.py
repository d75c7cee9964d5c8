"""HostPace decides without a clock; Turnstile waits by the clock it is given; AddressGuard judges addresses."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from scraper.errors import BlockedAddress
from scraper.guard import AddressGuard, literal_address, why_not_public
from scraper.politeness import HostPace, Turnstile


class VirtualTime:
    """Time that jumps to the earliest sleeper when everybody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            await asyncio.sleep(0)
            self.now += 0.125  # exact in binary, so sums of it are too


def test_the_delay_counts_from_the_start_and_again_from_the_end() -> None:
    pace = HostPace(2.0)
    assert pace.wait_s(100.0) == 0
    pace.arm(100.0)
    assert pace.wait_s(101.0) == 1.0
    pace.arm(105.0)  # the answer ended
    assert pace.wait_s(105.5) == 1.5


def test_a_postponement_is_never_shortened() -> None:
    pace = HostPace(1.0)
    pace.postpone(500.0)
    pace.arm(100.0)
    assert pace.wait_s(100.0) == 400.0
    pace.slow_to(0.5)
    assert pace.delay_s == 1.0


def drive(concurrency: int, delay_s: float, work_s: float, requests: int) -> tuple[list[float], int]:
    """Return the starts of so many requests, and the most that were inside at once."""
    time = VirtualTime()
    starts: list[float] = []
    inside = most = 0

    async def one(turnstile: Turnstile) -> None:
        nonlocal inside, most
        async with turnstile.turn() as turn:
            starts.append(time.now)
            inside += 1
            most = max(most, inside)
            turn.sent()
            await time.sleep(work_s)
            inside -= 1

    async def everyone() -> None:
        turnstile = Turnstile(HostPace(delay_s), concurrency, clock=time.clock, sleep=time.sleep)
        await asyncio.gather(*(one(turnstile) for _ in range(requests)))

    asyncio.run(everyone())
    return starts, most


@pytest.mark.parametrize(
    ("concurrency", "delay_s", "work_s"), [(1, 0.5, 0.25), (2, 0.5, 4.0), (3, 1.0, 0.0), (2, 0.0, 1)]
)
def test_starts_keep_the_delay_and_the_limit(concurrency: int, delay_s: float, work_s: float) -> None:
    starts, most = drive(concurrency, delay_s, work_s, 7)
    assert len(starts) == 7
    assert all(later - earlier >= delay_s for earlier, later in itertools.pairwise(starts))
    assert most <= concurrency


def test_without_a_delay_the_slots_are_used_in_full() -> None:
    _, most = drive(3, 0.0, 1.0, 9)
    assert most == 3


def test_a_slow_connection_does_not_bring_two_requests_together() -> None:
    time = VirtualTime()
    sent: list[float] = []

    async def one(turnstile: Turnstile, connecting_s: float) -> None:
        async with turnstile.turn() as turn:
            await time.sleep(connecting_s)
            sent.append(time.now)
            turn.sent()

    async def both() -> None:
        turnstile = Turnstile(HostPace(1.0), 2, clock=time.clock, sleep=time.sleep)
        await asyncio.gather(one(turnstile, 5.0), one(turnstile, 0.0))

    asyncio.run(both())
    assert sent[1] - sent[0] >= 1.0


def test_a_failure_inside_frees_the_way() -> None:
    time = VirtualTime()

    async def work() -> None:
        turnstile = Turnstile(HostPace(1.0), 1, clock=time.clock, sleep=time.sleep)
        with pytest.raises(OSError, match="broken"):
            async with turnstile.turn():
                raise OSError("broken")
        async with turnstile.turn():
            assert time.now >= 1.0

    asyncio.run(work())


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("::127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd00::1", "private"),
        ("100.64.0.1", "reserved"),
        ("224.0.0.1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("255.255.255.255", "private"),
        ("8.8.8.8", None),
        ("2606:4700::1111", None),
    ],
)
def test_kinds_of_addresses(address: str, kind: str | None) -> None:
    assert why_not_public(address) == kind


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "017700000001", "[::1]", "LOCALHOST", "a.localhost", "127.0.0.1."]
)
def test_literal_spellings_are_read(host: str) -> None:
    address = literal_address(host)
    assert address is not None
    assert why_not_public(address) == "loopback"


def test_names_are_not_literals() -> None:
    assert literal_address("blog.example") is None
    assert literal_address("127.0.0.1.example") is None


def test_a_typed_name_that_was_public_may_not_turn_private() -> None:
    guard = AddressGuard(frozenset({("blog.example", 80)}))
    assert guard.choose("blog.example", 80, ["8.8.8.8", "10.0.0.1"]) == ["8.8.8.8"]
    with pytest.raises(BlockedAddress):
        guard.choose("blog.example", 80, ["10.0.0.1"])


def test_a_typed_name_may_lead_into_ones_own_network_on_its_port_alone() -> None:
    guard = AddressGuard(frozenset({("blog.example", 80)}))
    assert guard.choose("Blog.Example", 80, ["10.0.0.1"]) == ["10.0.0.1"]
    with pytest.raises(BlockedAddress) as caught:
        guard.choose("blog.example", 81, ["10.0.0.1"])
    assert "private" in str(caught.value)
