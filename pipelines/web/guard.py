"""Guard: what every request has to pass and every answer has to say, around the whole application.

Read only; asked for by a name that is ours; by a reader who may come in; and an answer that lets the browser load
nothing from anywhere else. A header that a page sets itself is left as it is (the frame of a raw page is stricter).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from pipelines.web.settings import Account, Settings

App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
"""Nothing from elsewhere, nothing inline (Content Security Policy Level 3)."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    # a link in an article must not make the browser look up its host before anybody follows it
    "x-dns-prefetch-control": "off",
    "cache-control": "no-cache",
}
"""What every answer says unless it says otherwise itself."""
READING = ("GET", "HEAD")
ALLOWED = ", ".join(READING)


class Guard:
    """The application *inside*, guarded."""

    def __init__(self, inside: App, settings: Settings) -> None:
        self.inside = inside
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand the server's own messages on."""
        if scope["type"] != "http":
            await self.inside(scope, receive, send)
            return
        refusal = self._refusal(scope)
        answer = _Answer(scope, send)
        if refusal is not None:
            await refusal(scope, receive, answer.send)
        else:
            await self.inside(scope, receive, answer.send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        name = host_name(headers.get("host", ""))
        if name is None or not self.settings.is_welcome(name):
            return PlainTextResponse(
                "421: this archive is not served under that name.\n"
                "hint: if it should be, start it with: backfile serve --name NAME\n",
                status_code=421,
            )
        account = self.settings.account
        if account is not None and not may_enter(headers.get("authorization", ""), account):
            return PlainTextResponse(
                "401: this archive asks for a name and a password.\n",
                status_code=401,
                headers={"www-authenticate": 'Basic realm="backfile", charset="UTF-8"'},
            )
        if scope["method"] not in READING:
            return PlainTextResponse("405: this archive is for reading.\n", status_code=405, headers={"allow": ALLOWED})
        return None


def host_name(header: str) -> str | None:
    """Return the name in a Host header, lower-case, without the port; None when there is none (RFC 9110 §7.2).

    >>> host_name("Localhost:8080"), host_name("[::1]:80"), host_name("a@b"), host_name("")
    ('localhost', '::1', None, None)
    """
    name, _, rest = header.strip().lower().rpartition("]") if header.startswith("[") else ("", "", header.lower())
    if name:
        return name[1:] if not rest or rest.startswith(":") else None
    name, _, port = rest.partition(":")
    is_plain = name.replace("-", "").replace(".", "").replace("_", "").isalnum()
    return name.rstrip(".") if is_plain and (not port or port.isdecimal()) else None


def may_enter(authorization: str, account: Account) -> bool:
    """Say whether an Authorization header names *account* (RFC 7617). Takes as long for a near miss as for any."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(coded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, f"{account.user}:{account.password}".encode())


class _Answer:
    """Adds the headers, and an ETag of the body; a body the reader has already becomes a 304."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start: Message = {}
        self._body: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body.append(message.get("body", b""))
        if message.get("more_body", False):
            return
        body = b"".join(self._body)
        await self._finish(body)

    async def _finish(self, body: bytes) -> None:
        headers = MutableHeaders(raw=self._start.setdefault("headers", []))
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._start["status"] == 200:
            tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers["etag"] = tag
            if tag in _tags(Headers(scope=self._scope).get("if-none-match", "")):
                self._start["status"] = 304
                body = b""
                for name in ("content-length", "content-type", "content-disposition"):
                    if name in headers:
                        del headers[name]
        if self._scope["method"] == "HEAD":
            body = b""
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})


def _tags(header: str) -> set[str]:
    """Return the entity tags of an If-None-Match header, compared weakly (RFC 9110 §13.1.2)."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
