"""URLs: joined as browsers join them, and written in one form so that the same address is seen once.

Parsing is the WHATWG URL standard's (https://url.spec.whatwg.org/), by ``ada_url``, the parser Node.js uses: it passes
the published cases, joins in a microsecond and a half, and its import costs two milliseconds. ``urllib.parse`` takes
twice as long a join and fails a third of the cases. Only http and https exist here.

Three forms of an address, each coarser than the one before:

* ``join``: what the browser would ask for. Nothing is judged.
* ``normalise``: the address's identity. Tracking and session parameters, default documents and spelling do not count.
* ``without_noise``: the identity of what is shown. Reply links, share buttons, AMP and print copies do not count
  either; a crawler files them as other addresses of one article, after looking.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import ada_url

from scraper.errors import InvalidURL
from scraper.resources import data_path
from scraper.text import scalar

MAX_URL_LENGTH = 8_192
"""Longest address taken, in characters: servers refuse longer request lines (nginx 8 KiB, Apache 8,190 bytes)."""
_SAFE_LENGTH = MAX_URL_LENGTH // 2  # of a link; a host and credentials before it need not be counted then
_SHOWN = 200  # characters of an over-long address that its error repeats
_HTTP = ("http://", "https://")
# The scheme of an address ("scheme state" in the URL standard); what has another one than ours is not parsed.
_OTHER_SCHEME = re.compile(r"[\x00-\x20]*(?!https?:)[a-z][a-z0-9+.\-]*:", re.I)
# What any parser leaves as it is, which is most of the links there are: lower-case ASCII host without port, no
# dot segments, nothing to encode. (tests/standards/test_url.py holds these against the parser.)
_LABEL = r"[a-z0-9]++(?:-[a-z0-9]++)*+"
_HOST = rf"https?://(?:{_LABEL}\.)++[a-z]{{2,}}+(?=/)"
_PATH = r"(?:/(?:(?:[A-Za-z0-9_~!$&()*+,;=:@-]|%(?!2[eE]))[A-Za-z0-9_~!$&()*+,;=:@.%-]*+)?)++"
_QUERY = r"(?:\?[A-Za-z0-9._~!$&()*+,;=:@/?%-]*+)?"
_PLAIN = re.compile(rf"({_HOST}{_PATH}{_QUERY})(?:#.*)?|((?!//){_PATH}{_QUERY})(?:#.*)?", re.S).fullmatch
# Absolute, and already its own normal form unless it ends in a default document.
_NORMAL = re.compile(rf"{_HOST}(?:/(?:[A-Za-z0-9_~-][A-Za-z0-9_~.-]*+)?)++").fullmatch
# The parts of an address as the parser writes it. No "@" can stand in its host, and none unencoded in its credentials.
_WRITTEN = re.compile(
    r"(https?)://(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?(/[^?#]*)(?:\?([^#]*))?(?:#.*)?", re.S
).fullmatch
_CREDENTIALS = re.compile(r"^(https?://)[^/?#@]*@")
_NAME_WITH_ROOT_DOT = re.compile(r"(?:[^.]+\.)*[a-z][^.]*\.").fullmatch
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# RFC 3986 §3.3, §3.4: what may stand in a path or query as it is. The rest, and a % that begins no octet, is encoded.
_ODD = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    host: str
    port: str
    path: str
    query: str


def join(base: str, href: str) -> str | None:
    """Return *href* as an absolute http(s) address seen from *base*, without fragment; None when it is none.

    *base* is an absolute address. WHATWG parsing: white space at the ends and line breaks within are ignored,
    backslashes are slashes, dot segments are resolved, hosts are lower-case and in ASCII. Longer results than
    MAX_URL_LENGTH are none.

    >>> join("https://blog.example/2024/post/", " ../other?a=1#top "), join("https://blog.example/", "tel:1")
    ('https://blog.example/2024/other?a=1', None)
    """
    if (plain := _PLAIN(href)) and len(href) < _SAFE_LENGTH:
        absolute, from_root = plain.groups()
        if absolute:
            return absolute
        if root := _root_of(base):
            return root + from_root
    if href.startswith("#"):
        return _document_of(base)
    if _OTHER_SCHEME.match(href):
        return None
    joined = _joined(base, href).partition("#")[0]
    return joined if joined.startswith(_HTTP) and len(joined) <= MAX_URL_LENGTH else None


@lru_cache(maxsize=256)
def _document_of(base: str) -> str | None:
    """Return *base* without its fragment, None when it is no absolute http(s) address."""
    document = _joined(base, "").partition("#")[0]
    return document if document.startswith(_HTTP) and len(document) <= MAX_URL_LENGTH else None


@lru_cache(maxsize=256)
def _root_of(base: str) -> str:
    """Return what stands before the path in an absolute http(s) address, ``""`` when it is none."""
    root = _joined(base, "/")
    return root[:-1] if root.startswith(_HTTP) else ""


def _joined(base: str, href: str) -> str:
    try:
        return ada_url.join_url(base, href)
    except ValueError:  # unparsable, or a lone surrogate, which UTF-8 cannot say (UnicodeEncodeError is a ValueError)
        pass
    try:
        return ada_url.join_url(scalar(base), scalar(href))
    except ValueError:
        return ""


def _parse(url: str) -> _Parts:
    """Return the parts of an absolute http(s) address. Raises InvalidURL."""
    if len(url) > MAX_URL_LENGTH:
        raise InvalidURL(url[:_SHOWN], f"the address is longer than {MAX_URL_LENGTH} characters: {url[:_SHOWN]}…")
    parts = _WRITTEN(_joined(url, ""))
    if parts is None:
        raise InvalidURL(url)
    scheme, host, port, path, query = parts.groups("")
    return _Parts(scheme, host, port, path, query)


def without_credentials(url: str) -> str:
    """Return an absolute address without user name and password: nobody writes them down.

    >>> without_credentials("http://me:secret@blog.example/@me")
    'http://blog.example/@me'
    """
    return _CREDENTIALS.sub(r"\1", url)


def is_http(url: str) -> bool:
    """Say whether *url* is an absolute http or https address.

    >>> is_http("https://blog.example"), is_http("/about"), is_http("ftp://blog.example/")
    (True, False, False)
    """
    try:
        _parse(url)
    except InvalidURL:
        return False
    return True


@lru_cache(maxsize=1024)
def origin_of(url: str) -> str:
    """Return scheme, host and port of *url*, the port only when it is not the scheme's own. Raises InvalidURL.

    >>> origin_of("https://Blog.example:443/a?b"), origin_of("http://127.0.0.1:8000/")
    ('https://blog.example', 'http://127.0.0.1:8000')
    """
    parts = _parse(url)
    return f"{parts.scheme}://{parts.host}" + (f":{parts.port}" if parts.port else "")


@lru_cache(maxsize=1024)
def site_of(url: str) -> str | None:
    """Return the site *url* belongs to: its host without ``www.``, with the port when it is not a scheme's own; None
    without one.

    >>> site_of("https://www.Blog.example/a"), site_of("http://127.0.0.1:8000/"), site_of("about")
    ('blog.example', '127.0.0.1:8000', None)
    """
    try:
        parts = _parse(url)
    except InvalidURL:
        return None
    host = _without_root_dot(parts.host).removeprefix("www.") or parts.host
    return f"{host}:{parts.port}" if parts.port else host


def same_site(a: str, b: str) -> bool:
    """Say whether two addresses belong to one site; http and https, with and without ``www.``, are one.

    >>> same_site("http://www.blog.example/a", "https://blog.example/b"), same_site("https://a.example/", "https://b.example/")
    (True, False)
    """
    site = site_of(a)
    return site is not None and site == site_of(b)


def normalise(url: str) -> str:
    """Return the address by which *url* is known: two spellings of one address come out equal, and so does its own
    result.

    Lower-case ASCII host without trailing dot; no default port, credentials, fragment or empty query; dot segments
    resolved; percent-encoding in normal form (RFC 3986 §6.2.2: upper-case digits, nothing encoded that need not be, the
    rest encoded); no tracking or session parameters; no default document. The order of parameters and a trailing slash
    mean something to servers and stay. Raises InvalidURL.

    >>> normalise("HTTP://Blog.Example:80/%7Eann/index.html?utm_source=feed&p=3#more")
    'http://blog.example/~ann/?p=3'
    """
    if _NORMAL(url) and len(url) <= MAX_URL_LENGTH and "." not in url[url.rindex("/") :]:
        return url
    return _normalised(url)


@lru_cache(maxsize=4096)
def _normalised(url: str) -> str:
    return _written(url, _noise().is_tracking, _same_path)


def without_noise(url: str) -> str:
    """Return ``normalise(url)`` without what only changes how an article is shown. Raises InvalidURL.

    Reply and share parameters, AMP, print and mobile copies, comment pages. The result is a guess at the article's
    address, not the address itself: fetch it, or believe it only where the page's canonical link agrees.

    >>> without_noise("https://blog.example/tides/comment-page-2/?replytocom=7"), without_noise("https://blog.example/tides/amp/")
    ('https://blog.example/tides/', 'https://blog.example/tides/')
    """
    noise = _noise()
    return _written(
        url,
        lambda name, value: noise.is_tracking(name, value) or noise.is_view(name, value),
        lambda path: noise.view_path.sub("/", path),
    )


def _without_root_dot(host: str) -> str:
    """Return a name without the dot of the DNS root; not where a number would remain, which would be another host."""
    return host[:-1] if _NAME_WITH_ROOT_DOT(host) else host


def _same_path(path: str) -> str:
    return path


def _written(url: str, unwanted: Callable[[str, str], bool], shown_path: Callable[[str], str]) -> str:
    parts = _parse(url)
    path = _recoded(parts.path)
    stable = _noise().session_path.sub("", path)
    host = _without_root_dot(parts.host)
    start = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    if stable != path:  # what is left may be a dot segment: "/a/..;jsessionid=1/b"
        return _written(f"{start}{stable}?{parts.query}", unwanted, shown_path)
    query = _normal_query(parts.query, unwanted)
    written = start + shown_path(_without_document(path)) + (f"?{query}" if query else "")
    if len(written) > MAX_URL_LENGTH:
        raise InvalidURL(url[:_SHOWN], f"the address is longer than {MAX_URL_LENGTH} characters: {url[:_SHOWN]}…")
    return written


def _without_document(path: str) -> str:
    directory, _, document = path.rpartition("/")
    return f"{directory}/" if document.lower() in _noise().default_documents else path


def _normal_query(query: str, unwanted: Callable[[str, str], bool]) -> str:
    if not query:
        return ""
    kept = []
    for pair in _recoded(query).split("&"):
        name, _, value = pair.partition("=")
        if pair and not unwanted(unquote(name).lower(), value):
            kept.append(pair)
    return "&".join(kept)


def _recoded(text: str) -> str:
    return _ODD.sub(_one, text)


def _one(found: re.Match[str]) -> str:
    digits = found.group(1)
    if digits is None:
        return "".join(f"%{octet:02X}" for octet in found.group().encode("utf-8", "replace"))
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"


@dataclass(frozen=True, slots=True)
class _Noise:
    """What an address may lose, as data/lists/url_noise.toml tells."""

    tracking: frozenset[str]
    tracking_prefixes: tuple[str, ...]
    tracking_values: dict[str, re.Pattern[str]]
    view: dict[str, re.Pattern[str]]
    default_documents: frozenset[str]
    session_path: re.Pattern[str]
    view_path: re.Pattern[str]

    def is_tracking(self, name: str, value: str) -> bool:
        if name in self.tracking or name.startswith(self.tracking_prefixes):
            return True
        pattern = self.tracking_values.get(name)
        return pattern is not None and pattern.fullmatch(value) is not None

    def is_view(self, name: str, value: str) -> bool:
        pattern = self.view.get(name)
        return pattern is not None and pattern.fullmatch(value) is not None


@lru_cache(maxsize=1)
def _noise() -> _Noise:
    with data_path("lists", "url_noise.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    return _Noise(
        tracking=frozenset(table["tracking"]["names"]),
        tracking_prefixes=tuple(table["tracking"]["prefixes"]),
        tracking_values={name: re.compile(value, re.I) for name, value in table["tracking_if"].items()},
        view={name: re.compile(value, re.I) for name, value in table["view_if"].items()},
        default_documents=frozenset(table["paths"]["default_documents"]),
        session_path=re.compile(table["paths"]["session"], re.I),
        view_path=re.compile(table["paths"]["view"], re.I),
    )
