"""URL → Response: one polite, bounded request, with everything that may go wrong named.

``Fetcher.get`` is the one way to the network: robots.txt, the host's pace, retries, redirects, deadlines, byte limits
and the address guard are all inside, so no caller can forget one. The core is asynchronous; ``fetch`` is its
synchronous face.

What comes back as a Response is the server's answer, whatever its status: 404 is an answer, and so is a redirect that
was not to be followed. What the server could not or would not answer now (429, 5xx, no connection, a cut body) is an
error.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from scraper.coding import ACCEPT_ENCODING, BoundedBody
from scraper.errors import (
    BadContent,
    BlockedAddress,
    ConnectFailed,
    FetchError,
    InvalidURL,
    Refused,
    RobotsDisallowed,
    ServerBusy,
    ServerFailed,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    TransientError,
    Unusable,
)
from scraper.guard import DEFAULT_PORTS, AddressGuard, HostPort, host_and_port, literal_address, typed, why_not_public
from scraper.limits import (
    DEFAULT_DELAY_S,
    PRODUCT_TOKEN,
    RETRY_FIRST_WAIT_S,
    RETRY_LONGEST_WAIT_S,
    ROBOTS_MAX_AGE_S,
    FetchSettings,
)
from scraper.politeness import Clock, HostPace, Sleep, Turn, Turnstile
from scraper.response import Response
from scraper.standards import url as urls
from scraper.standards.headers import retry_after_s
from scraper.standards.robots import ALLOW_ALL, DISALLOW_ALL, Robots
from scraper.standards.robots import parse as parse_robots
from scraper.transport import WIRE_HEADERS, new_request, new_transport
from scraper.wire import bytes_of, flaw_of_page, not_a_document, text_of, validators_of

__all__ = ["FetchSettings", "Fetcher", "fetch"]

Follow = Callable[[str], bool]
"""Asked with a redirect's absolute target; False: do not go there, the redirect itself is the answer."""

Started = Callable[[str, str, float], None]
"""Told (host, url, delay in seconds) just before a request goes out, retries and redirects included."""

_ACCEPT = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_NOT_MODIFIED = 304
_FIRST_ERROR, _FIRST_SERVER_ERROR = 400, 500
# A short body is read to its end so that the connection can be used again; a longer one costs more than a new
# connection.
_DRAIN_BYTES = 64 * 1024


@dataclass(slots=True)
class _RobotsAnswer:
    """What one origin's robots.txt says, or why it could not be had."""

    robots: Robots
    problem: FetchError | None
    asked_at: float


@dataclass(slots=True)
class _Origin:
    """One scheme, host and port: its connections, its host's turnstile and its robots.txt."""

    transport: httpx.AsyncBaseTransport
    host: str
    turnstile: Turnstile
    robots: _RobotsAnswer | None = None
    robots_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Fetcher:
    """Asks servers for documents; an asynchronous context manager that keeps connections, paces and robots files.

    *allow_private*: (host, port) pairs that may lead to a private address because the user typed exactly them. *clock*
    is a monotonic clock in seconds, *sleep* waits by it, *now* tells the time of day; tests pass their own. *on_start*
    is told of every request before it goes out.
    """

    def __init__(
        self,
        settings: FetchSettings | None = None,
        *,
        allow_private: frozenset[HostPort] = frozenset(),
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_start: Started | None = None,
    ) -> None:
        self.settings = settings or FetchSettings()
        self._on_start = on_start
        self._allow_private = allow_private
        self._guard = AddressGuard(allow_private)
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._origins: dict[str, _Origin] = {}
        self._turnstiles: dict[str, Turnstile] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        for origin in self._origins.values():
            await origin.transport.aclose()
        self._origins.clear()

    async def get(
        self,
        url: str,
        *,
        kind: str = "page",
        etag: str | None = None,
        last_modified: str | None = None,
        follow: Follow | None = None,
        attempts: int | None = None,
    ) -> Response:
        """Return the server's answer for *url*, redirects followed.

        *kind* (page, feed, sitemap, robots) chooses the size limit. With *etag* or *last_modified* from an earlier
        answer the request is conditional, and the answer may have status 304 and no body. *follow* may keep a redirect
        from being followed; then the Response is the redirect itself. Bodies of answers from 400 on are not kept.
        *attempts*: how often to try, when less is enough than the limits allow.

        Raises InvalidURL; RobotsDisallowed; BlockedAddress; ConnectFailed, TimedOut, Truncated, ServerBusy or
        ServerFailed after the retries; TooLarge, TooManyRedirects, BadContent or Unusable (a media type that is no
        document).
        """
        started = self._clock()
        validators = validators_of(etag, last_modified)
        limit = self.settings.limits.robots_redirects if kind == "robots" else self.settings.limits.redirects
        hops: list[tuple[int, str]] = []
        here = url
        while True:
            if kind != "robots":
                await self._obey_robots(here)
            answer = await self._ask(here, kind, validators, attempts or self.settings.limits.attempts)
            target = _redirect_target(answer)
            if target is None or (follow is not None and not follow(target)):
                return _joined(answer, url, hops, self._clock() - started)
            hops.append((answer.status, here))
            if target in (hop for _, hop in hops) or len(hops) > limit:
                what = "in a circle" if len(hops) <= limit else f"more than {limit} times"
                raise TooManyRedirects(url, f"redirected {what}, last to {target}", status=answer.status)
            # The validators belong to the first address alone.
            here, validators = target, {}

    async def robots(self, url: str) -> Robots:
        """Return the rules of *url*'s origin, asked for once in a day.

        4xx means that there are none, so everything is allowed (RFC 9309 §2.3.1.3); 5xx and unreadable answers mean
        that nothing is (§2.3.1.4). Raises ConnectFailed, ServerBusy, BlockedAddress or Unusable when the host itself
        cannot be asked, and InvalidURL.
        """
        answer = await self._robots_answer(url)
        if isinstance(answer.problem, _UNASKABLE):
            raise answer.problem.with_traceback(None)
        return answer.robots

    def slow_to(self, url: str, delay_s: float) -> None:
        """Keep at least *delay_s* seconds between two requests to *url*'s host from now on."""
        self._origin(url).turnstile.pace.slow_to(delay_s)

    def host_key(self, url: str) -> str:
        """Return the name under which the host of *url* is paced. Raises InvalidURL."""
        return _host_key(*host_and_port(url))

    def postpone(self, url: str, seconds: float) -> None:
        """Let no request to *url*'s host start within the next *seconds*."""
        self._origin(url).turnstile.postpone(seconds)

    async def _obey_robots(self, url: str) -> None:
        if not self.settings.obey_robots:
            return
        answer = await self._robots_answer(url)
        if isinstance(answer.problem, _UNASKABLE):
            raise answer.problem.with_traceback(None)
        if answer.problem is not None:
            raise RobotsDisallowed(
                url,
                f"robots.txt could not be had ({answer.problem}), so nothing may be fetched there for now",
                status=answer.problem.status,
            )
        if not answer.robots.allowed(url, PRODUCT_TOKEN):
            raise RobotsDisallowed(url, "robots.txt does not allow this address")

    async def _robots_answer(self, url: str) -> _RobotsAnswer:
        origin = self._origin(url)
        async with origin.robots_lock:
            known = origin.robots
            if known is None or self._clock() - known.asked_at > ROBOTS_MAX_AGE_S:
                known = origin.robots = await self._ask_robots(url)
                delay_s = known.robots.crawl_delay_s(PRODUCT_TOKEN)
                if delay_s is not None and self.settings.obey_robots:
                    origin.turnstile.pace.slow_to(min(delay_s, self.settings.limits.crawl_delay_s))
            return known

    async def _ask_robots(self, url: str) -> _RobotsAnswer:
        problem: FetchError | None = None
        robots = DISALLOW_ALL
        try:
            response = await self.get(_robots_url(url), kind="robots")
            robots = ALLOW_ALL if response.status >= _FIRST_ERROR else parse_robots(response.body)
        except TooManyRedirects:
            robots = ALLOW_ALL  # RFC 9309 §2.3.1.2: after five hops it may be taken for unavailable
        except FetchError as error:
            problem = error
        return _RobotsAnswer(robots, problem, self._clock())

    async def _ask(self, url: str, kind: str, validators: dict[bytes, bytes], attempts: int) -> Response:
        try:
            return await self._attempt(url, kind, validators)
        except TransientError as error:
            if attempts <= 1 or not self._worth_retrying(error):
                raise
            failed = error
        return await self._ask_again(failed, url, kind, validators, attempts)

    async def _ask_again(
        self, failed: TransientError, url: str, kind: str, validators: dict[bytes, bytes], attempts: int
    ) -> Response:
        """Retry after a first attempt that *failed*; nearly all requests need no such machinery."""
        first: list[TransientError] = [failed]

        async def attempt() -> Response:
            if first:
                raise first.pop()
            return await self._attempt(url, kind, validators)

        retrying = AsyncRetrying(
            stop=self._until(attempts),
            wait=self._wait_s,
            retry=retry_if_exception(self._worth_retrying),
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(attempt)

    def _until(self, attempts: int) -> Callable[[RetryCallState], bool]:
        """Return what says whether an address was asked often enough: one without an answer in time costs much."""
        in_vain = min(attempts, self.settings.limits.attempts_in_vain)

        def is_enough(state: RetryCallState) -> bool:
            timed_out = state.outcome is not None and isinstance(state.outcome.exception(), TimedOut)
            return state.attempt_number >= (in_vain if timed_out else attempts)

        return is_enough

    def _worth_retrying(self, error: BaseException) -> bool:
        """Say whether the same request may succeed soon; a long Retry-After says that it will not."""
        if not isinstance(error, TransientError):
            return False
        return error.retry_after_s is None or error.retry_after_s <= self.settings.limits.retry_after_s

    def _wait_s(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_s = error.retry_after_s if isinstance(error, TransientError) else None
        return _BACKOFF(state) if asked_s is None else asked_s

    async def _attempt(self, url: str, kind: str, validators: dict[bytes, bytes]) -> Response:
        origin = self._origin(url)
        total_s = self.settings.timeouts.total_s
        async with origin.turnstile.turn() as turn:
            if self._on_start is not None:
                self._on_start(origin.host, url, origin.turnstile.pace.spacing_s)
            try:
                async with asyncio.timeout(total_s):
                    response = await self._exchange(origin.transport, url, kind, validators, turn)
            except TimeoutError as error:
                origin.turnstile.pace.slow_down()
                raise TimedOut(url, f"the answer was not complete after {total_s:g} seconds") from error
            except ServerFailed:
                origin.turnstile.pace.slow_down()
                raise
            except ServerBusy as error:
                origin.turnstile.pace.slow_down()
                if error.retry_after_s is not None and self._worth_retrying(error):
                    origin.turnstile.postpone(error.retry_after_s)
                raise
            origin.turnstile.pace.speed_up(response.elapsed_s)
            return response

    async def _exchange(
        self, transport: httpx.AsyncBaseTransport, url: str, kind: str, validators: dict[bytes, bytes], turn: Turn
    ) -> Response:
        """Send one request and return its answer. Keeps the deadline of the head; the caller keeps the total one."""
        started = self._clock()
        request = self._request(url, validators, turn)
        head_s = self.settings.timeouts.head_s
        try:
            async with asyncio.timeout(head_s):
                answer = await transport.handle_async_request(request)
        except TimeoutError as error:
            raise TimedOut(url, f"no complete head of an answer within {head_s:g} seconds") from error
        except httpx.HTTPError as error:
            raise BadContent(url, f"the answer is not HTTP as expected: {error}") from error
        fetched_at = self._now()
        try:
            self._judge_head(url, kind, answer)
            body = await self._body(url, kind, answer)
            if kind == "page" and (flaw := flaw_of_page(answer.status_code, body, asked_if_changed=bool(validators))):
                raise BadContent(url, flaw, status=answer.status_code)
        finally:
            await answer.aclose()
        headers = tuple((text_of(name).lower(), text_of(value)) for name, value in answer.extensions[WIRE_HEADERS])
        return Response(url, url, answer.status_code, headers, body, fetched_at, self._clock() - started)

    def _request(self, url: str, validators: dict[bytes, bytes], turn: Turn) -> httpx.Request:
        async def on_event(event: str, _info: dict[str, Any]) -> None:
            if event == "http11.send_request_headers.complete":
                turn.sent()

        headers = {
            b"User-Agent": bytes_of(self.settings.agent),
            b"Accept": _ACCEPT,
            b"Accept-Encoding": ACCEPT_ENCODING.encode(),
            **validators,
        }
        try:
            return new_request(url, headers, self.settings, on_event)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise InvalidURL(url) from error

    def _judge_head(self, url: str, kind: str, answer: httpx.Response) -> None:
        """Raise the error that status and headers alone decide; the body is not read then."""
        status = answer.status_code
        size = sum(len(name) + len(value) for name, value in answer.extensions[WIRE_HEADERS])
        if size > self.settings.limits.head_bytes:
            raise BadContent(url, f"the answer's headers are {size:,} bytes long", status=status)
        if status in _BUSY:
            wait_s = retry_after_s(answer.headers.get("retry-after"), self._now())
            raise ServerBusy(
                url, f"the server is busy: HTTP {status}", status=status, retry_after_s=wait_s, hint=_wait_hint(wait_s)
            )
        if status >= _FIRST_SERVER_ERROR:
            raise ServerFailed(url, f"the server failed: HTTP {status}", status=status)
        media_type = answer.headers.get("content-type", "").split(";", 1)[0].strip().lower()
        if kind == "page" and status < _FIRST_ERROR and not_a_document(media_type):
            raise Unusable(url, f"not a page but {media_type}", status=status)

    async def _body(self, url: str, kind: str, answer: httpx.Response) -> bytes:
        if answer.status_code in _REDIRECTS or answer.status_code >= _FIRST_ERROR:
            await _drain(answer)
            return b""
        if answer.status_code == _NOT_MODIFIED:
            return b""
        size = self.settings.limits.size_of(kind)
        announced = answer.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and len(announced) > _MAX_LENGTH_DIGITS:
            raise BadContent(url, "the announced length of the body is absurd", status=answer.status_code)
        if announced.isdigit() and int(announced) > size.compressed_bytes and not size.cut:
            raise TooLarge(
                url,
                f"the body is {int(announced):,} bytes long; the limit is {size.compressed_bytes:,}",
                limit_bytes=size.compressed_bytes,
                status=answer.status_code,
            )
        body = BoundedBody(url, answer.headers.get("content-encoding"), size)
        try:
            async with asyncio.timeout(self.settings.timeouts.cut_s if size.cut else None):
                async for chunk in answer.aiter_raw():
                    if not body.add(chunk):
                        return body.cut_body()
        except TimeoutError:
            return body.cut_body()
        return body.body()

    def _origin(self, url: str) -> _Origin:
        """Return the origin of *url*, made on first use. Raises InvalidURL, and BlockedAddress behind a proxy."""
        scheme = url.split(":", 1)[0].lower()
        host, port = host_and_port(url)
        key = f"{scheme}://{host}:{port}"
        origin = self._origins.get(key)
        if origin is None:
            if self.settings.proxy is not None:
                self._check_literal(url, host, port)
            transport = new_transport(self.settings, self._guard, tls=scheme == "https")
            origin = self._origins[key] = _Origin(transport, _host_key(host, port), self._turnstile(host, port))
        return origin

    def _check_literal(self, url: str, host: str, port: int) -> None:
        try:
            self._guard.check_literal(host, port)
        except BlockedAddress as error:
            raise BlockedAddress(url, str(error), hint=error.hint) from error

    def _turnstile(self, host: str, port: int) -> Turnstile:
        """Return the turnstile of a host: one for http and https on their default ports, as it is one server."""
        key = _host_key(host, port)
        turnstile = self._turnstiles.get(key)
        if turnstile is None:
            turnstile = self._turnstiles[key] = Turnstile(
                HostPace(self._delay_s(host, port)),
                self.settings.concurrency_per_host,
                clock=self._clock,
                sleep=self._sleep,
            )
        return turnstile

    def _delay_s(self, host: str, port: int) -> float:
        if self.settings.delay_s is not None:
            return self.settings.delay_s
        address = literal_address(host)
        own = address is not None and why_not_public(address) == "loopback" and (host, port) in self._allow_private
        return 0.0 if own else DEFAULT_DELAY_S


_UNASKABLE = (ConnectFailed, TimedOut, ServerBusy, Refused, Unusable)
"""Problems with robots.txt that are the host's own and would meet any other request too: told as they are."""
_BACKOFF = wait_random_exponential(multiplier=RETRY_FIRST_WAIT_S, max=RETRY_LONGEST_WAIT_S)
_MAX_LENGTH_DIGITS = 18  # fits 64 bits; int() of a longer text costs more than linear time


def fetch(url: str, *, allow_private: frozenset[HostPort] | None = None, **settings: Any) -> Response:
    """Return the answer for one *url*: ``Fetcher.get`` for callers that are not asynchronous.

    *settings* are the fields of FetchSettings. *allow_private* None: the address given counts as typed by the user, so
    it may be private; its redirects may not. Raises what ``Fetcher.get`` raises.
    """
    allowed = typed([url]) if allow_private is None else allow_private

    async def get() -> Response:
        async with Fetcher(FetchSettings(**settings), allow_private=allowed) as fetcher:
            return await fetcher.get(url)

    return asyncio.run(get())


async def _drain(answer: httpx.Response) -> None:
    """Read a body nobody wants, if it is short, so that the connection can be used again."""
    left = _DRAIN_BYTES
    with suppress(FetchError):  # the status is the answer; a broken body beneath it changes nothing
        async for chunk in answer.aiter_raw():
            left -= len(chunk)
            if left < 0:
                return


def _host_key(host: str, port: int) -> str:
    return host if port in DEFAULT_PORTS.values() else f"{host}:{port}"


def _redirect_target(answer: Response) -> str | None:
    """Return where *answer* redirects to, absolute, without credentials for another origin; None when it does not.

    A redirect without a usable Location is an answer like any other.
    """
    location = answer.header("location") if answer.status in _REDIRECTS else None
    return urls.join(answer.url, location) if location else None


def _joined(answer: Response, url: str, hops: list[tuple[int, str]], elapsed_s: float) -> Response:
    if not hops:
        return answer
    return Response(
        url, answer.url, answer.status, answer.headers, answer.body, answer.fetched_at, elapsed_s, tuple(hops)
    )


def _robots_url(url: str) -> str:
    return f"{urls.origin_of(url)}/robots.txt"


def _wait_hint(wait_s: float | None) -> str | None:
    return None if wait_s is None else f"it asks to be left alone for {wait_s:,.0f} seconds"
