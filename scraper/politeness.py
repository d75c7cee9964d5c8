"""How often a host is asked: never more at once than allowed, never two starts closer than the delay.

Two parts. ``HostPace`` decides and is pure: it is told the time and answers how long to wait. ``Turnstile`` waits: it
holds the slots of one host and lets callers through in the order they came. The clock is armed when a request starts,
again when it has been sent, and again when its answer ends, so a slow server gets its pause after the work, not during
it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Clock = Callable[[], float]
"""Seconds, monotonic, from any zero."""
Sleep = Callable[[float], Awaitable[None]]
"""Waits that many seconds."""


FIRST_STRAIN_S = 1.0
"""Spacing after the first sign of strain at a host without a delay, in seconds."""
LONGEST_STRAIN_S = 30.0
NO_STRAIN_S = 0.05
"""Strain below this is none."""
SLOW_S, SLOW_FACTOR = 1.0, 4.0
"""An answer is slow when it takes more than a second and four times as long as the host's quickest."""


class HostPace:
    """When the next request to one host may start; times are seconds of one monotonic clock, passed by the caller."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        """Seconds from one request's start, and from one answer's end, to the next start."""
        self._next_start = float("-inf")
        self._strain_s = 0.0
        self._quickest_s = float("inf")

    @property
    def spacing_s(self) -> float:
        """Seconds kept between two starts now: the delay, or more while the host shows strain."""
        return max(self.delay_s, self._strain_s)

    def wait_s(self, now: float) -> float:
        """Return how many seconds are left until a request may start; 0 when it may now.

        >>> pace = HostPace(0.5); pace.arm(10.0); pace.wait_s(10.25), pace.wait_s(10.5)
        (0.25, 0.0)
        """
        return max(0.0, self._next_start - now)

    def arm(self, now: float) -> None:
        """Note that a request starts, or that an answer ended: the delay counts from here."""
        self.postpone(now + self.spacing_s)

    def postpone(self, until: float) -> None:
        """Let no request start before *until*; an earlier time than already set changes nothing."""
        self._next_start = max(self._next_start, until)

    def slow_down(self) -> None:
        """Note an answer that shows strain (429, 5xx, none in time): the spacing doubles, LONGEST_STRAIN_S at most."""
        self._strain_s = min(max(2 * self.spacing_s, FIRST_STRAIN_S), LONGEST_STRAIN_S)

    def speed_up(self, took_s: float) -> None:
        """Note a good answer that took *took_s* seconds: strain halves, unless the host has become much slower.

        A host that takes far longer than at its best is busy: it gets as long a pause as it needs for an answer.

        >>> pace = HostPace(0.0); pace.slow_down(); pace.spacing_s
        1.0
        >>> pace.speed_up(0.1); pace.speed_up(0.1); pace.spacing_s
        0.25
        """
        self._quickest_s = min(self._quickest_s, took_s)
        self._strain_s = self._strain_s / 2 if self._strain_s > NO_STRAIN_S else 0.0
        if took_s > SLOW_S and took_s > SLOW_FACTOR * self._quickest_s:
            self._strain_s = max(self._strain_s, min(took_s, LONGEST_STRAIN_S))

    def slow_to(self, delay_s: float) -> None:
        """Keep at least this delay from now on, as a robots.txt's Crawl-delay asks."""
        self.delay_s = max(self.delay_s, delay_s)


class Turn:
    """One caller's passage through a turnstile, from being let in to its answer's end."""

    def __init__(self, pace: HostPace, gate: asyncio.Lock, clock: Clock) -> None:
        self._pace = pace
        self._gate: asyncio.Lock | None = gate
        self._clock = clock

    def sent(self) -> None:
        """Note that the request is on its way: from here the server counts its gap to the next one."""
        self._pace.arm(self._clock())
        self.open_gate()

    def open_gate(self) -> None:
        """Let the next caller wait for its moment."""
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.release()


class Turnstile:
    """The way to one host: at most *concurrency* inside at once, each let in when the pace allows."""

    def __init__(self, pace: HostPace, concurrency: int, *, clock: Clock, sleep: Sleep) -> None:
        self.pace = pace
        self._clock = clock
        self._sleep = sleep
        self._slots = asyncio.Semaphore(concurrency)
        self._gate = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Wait for a free slot and for the pace, then hold the slot until the block ends, which is the answer's end.

        With a delay, the next caller's waiting begins when ``Turn.sent`` was called: a connection that takes a second
        to open must not bring two requests to the server at the same moment.
        """
        async with self._slots:
            await self._gate.acquire()
            turn = Turn(self.pace, self._gate, self._clock)
            try:
                while wait_s := self.pace.wait_s(self._clock()):
                    await self._sleep(wait_s)
                self.pace.arm(self._clock())
                if not self.pace.spacing_s:
                    turn.open_gate()
                yield turn
            finally:
                self.pace.arm(self._clock())
                turn.open_gate()

    def postpone(self, seconds: float) -> None:
        """Let no request start within the next *seconds*, as a Retry-After asks."""
        self.pace.postpone(self._clock() + seconds)
