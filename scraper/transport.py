"""httpx's lower floor: a connection only to an address that was judged, and every failure as an error of our own tree.

An ``httpx.AsyncBaseTransport`` over ``httpcore.AsyncConnectionPool``, both public interfaces. The pool's network
backend resolves a name itself, lets ``AddressGuard`` choose among the addresses, and connects to the chosen one, so the
address that was judged is the address that is used. TLS still verifies the name: httpcore passes it on by itself.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from scraper.errors import BadContent, BlockedAddress, ConnectFailed, FetchError, TimedOut, Truncated, Unusable
from scraper.guard import AddressGuard, without_credentials
from scraper.limits import FetchSettings

Trace = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Told (event, details) of what httpcore does."""
WIRE_HEADERS = "wire_headers"
"""The extension of an ``httpx.Response`` that holds every header as it came: list of (name, value) bytes."""

_KEEPALIVE_S = 30.0  # longer than any gap between two requests of a crawl, shorter than most servers' patience
_BAD_GATEWAY = 502  # a proxy's 502 and above tell of the target's state; below, of its own refusal


def new_transport(settings: FetchSettings, guard: AddressGuard, *, tls: bool) -> httpx.AsyncBaseTransport:
    """Return a transport for one origin: its own small pool, because one shared by many hosts costs more a request.

    A transport, not a client: what httpx's client adds (cookies, authentication, redirects, event hooks) is not wanted
    here and costs a third of a request. Nothing is read from the environment.
    """
    return _Transport(_new_pool(settings, guard, tls=tls))


def new_request(url: str, headers: dict[bytes, bytes], settings: FetchSettings, trace: Trace) -> httpx.Request:
    """Return a GET request with the deadlines of *settings*; *trace* is told of its stages. Raises httpx.InvalidURL."""
    timeouts = settings.timeouts
    limits = {"connect": timeouts.connect_s, "read": timeouts.read_s, "write": timeouts.read_s, "pool": None}
    return httpx.Request("GET", url, headers=headers, extensions={"trace": trace, "timeout": limits})


def _new_pool(settings: FetchSettings, guard: AddressGuard, *, tls: bool) -> httpcore.AsyncConnectionPool:
    common: dict[str, Any] = {
        "ssl_context": _ssl_context() if tls else None,
        "max_connections": settings.concurrency_per_host,
        "max_keepalive_connections": settings.concurrency_per_host,
        "keepalive_expiry": _KEEPALIVE_S,
    }
    if settings.proxy is None:
        return httpcore.AsyncConnectionPool(network_backend=_GuardedBackend(guard), **common)
    # The user typed the proxy's address, so any address it has is meant.
    proxy = httpx.Proxy(settings.proxy)
    url = proxy.url
    if url.scheme not in ("http", "https"):
        shown = without_credentials(settings.proxy)
        raise Unusable(shown, f"expected an http or https proxy, got {shown!r}")
    return httpcore.AsyncHTTPProxy(
        proxy_url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/"),
        proxy_auth=proxy.raw_auth,
        proxy_ssl_context=_ssl_context() if url.scheme == "https" else None,
        network_backend=httpcore.AnyIOBackend(),
        **common,
    )


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    """Return the one TLS context all clients share: loading the certificates takes some 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class _Transport(httpx.AsyncBaseTransport):
    """Hands httpx's requests to an httpcore pool and turns httpcore's errors into ours."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return its answer, the body still to be read. Raises the FetchError tree."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        below = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answer = await self._pool.handle_async_request(below)
        except BlockedAddress as error:
            raise BlockedAddress(str(request.url), str(error), hint=error.hint) from error
        except _HTTPCORE_ERRORS as error:
            raise _before_answer(str(request.url), error) from error
        assert not isinstance(answer.stream, Iterable)
        # httpx prepares the next request of every redirect, followed or not, and fails on a Location it cannot parse.
        shown = [(name, value) for name, value in answer.headers if name.lower() != b"location"]
        return httpx.Response(
            status_code=answer.status,
            headers=shown,
            stream=_BodyStream(str(request.url), answer),
            extensions={**answer.extensions, WIRE_HEADERS: answer.headers},
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _BodyStream(httpx.AsyncByteStream):
    """The raw body of one answer."""

    def __init__(self, url: str, answer: httpcore.Response) -> None:
        self._url = url
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.aiter_stream():
                yield chunk
        except _HTTPCORE_ERRORS as error:
            raise _within_body(self._url, error) from error

    async def aclose(self) -> None:
        await self._answer.aclose()


_HTTPCORE_ERRORS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


def _before_answer(url: str, error: Exception) -> FetchError:
    """Return our error for what went wrong before the answer's head was complete."""
    if isinstance(error, httpcore.ProxyError):
        return _proxy_refusal(url, str(error))
    if isinstance(error, httpcore.ConnectTimeout):
        return TimedOut(url, "no connection within the deadline")
    if isinstance(error, httpcore.TimeoutException):
        return TimedOut(url, "no answer within the deadline")
    if isinstance(error, httpcore.ConnectError):
        return ConnectFailed(url, f"no connection: {error or 'refused'}", hint="check the address and the network")
    if isinstance(error, httpcore.NetworkError) or "disconnected" in str(error):
        return ConnectFailed(url, "the server closed the connection without an answer")
    return BadContent(url, f"the answer is not HTTP as expected: {error}")


def _within_body(url: str, error: Exception) -> FetchError:
    """Return our error for what went wrong while the body was read."""
    if isinstance(error, httpcore.TimeoutException):
        return TimedOut(url, "the body stopped arriving")
    if isinstance(error, httpcore.NetworkError) or "peer closed connection" in str(error):
        return Truncated(url, "the connection ended before the announced length of the body")
    return BadContent(url, f"the body is not HTTP as expected: {error}")


def _proxy_refusal(url: str, answer: str) -> FetchError:
    """Return our error for a proxy that opened no tunnel; *answer* is its status line, such as ``501 Unsupported``."""
    code = answer.split(" ", 1)[0]
    status = int(code) if code.isdigit() else None
    message = f"the proxy opened no tunnel to the https address: it answered {answer.strip() or 'nothing'}"
    if status is None or status >= _BAD_GATEWAY:
        return ConnectFailed(url, message, status=status)
    return Unusable(
        url, message, status=status, hint="this proxy may know only plain HTTP: try the same address with http://"
    )


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to those addresses of a name that the guard allows."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._below = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve *host*, judge, connect. Raises BlockedAddress, or httpcore's own errors."""
        try:
            async with asyncio.timeout(timeout):
                addresses = self._guard.choose(host, port, await _resolve(host, port))
                return await self._connect_first(addresses, port, timeout, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(f"{host}: {error.strerror or error}") from error

    async def _connect_first(
        self, addresses: list[str], port: int, timeout: float | None, local_address: str | None, options: Any
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers; a dead IPv6 route must not hide a living IPv4 one."""
        share_s = None if timeout is None else timeout / len(addresses)
        for address in addresses[:-1]:
            try:
                return await self._below.connect_tcp(address, port, share_s, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._below.connect_tcp(addresses[-1], port, timeout, local_address, options)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002  (the interface's arguments)
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a web page is never behind a socket file."""
        raise httpcore.UnsupportedProtocol("socket files are not connected to")

    async def sleep(self, seconds: float) -> None:
        """Wait *seconds*."""
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    """Return the addresses the operating system gives for *host*, in its order, each once. Raises OSError.

    A thread of its own that dies with the process: the shared executor has few threads, and a name server that hangs
    would hold them all and delay other hosts and the end of the program.
    """
    try:
        # A literal address in any spelling needs no waiting.
        return _addresses(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except socket.gaierror:
        pass
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def deliver(addresses: list[str] | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(addresses or [])

    def ask() -> None:
        addresses, problem = None, None
        try:
            addresses = _addresses(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            problem = error if isinstance(error, OSError) else OSError(str(error))
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(deliver, addresses, problem)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return await answer


def _addresses(found: list[Any]) -> list[str]:
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
