"""Which addresses may be connected to: public ones, and exactly those private ones that the user typed.

A page can name any host, and a name can lead anywhere: to 127.0.0.1, to a router, to a cloud's metadata service. So the
judgement falls on the resolved address at the moment of connecting, and the connection goes to the address that was
judged: asking the name twice would leave a window for the answer to change (DNS rebinding). Spellings such as
``2130706433`` or ``0177.0.0.1`` need no rules of their own, because the operating system has turned them into an
address by then. Only behind a proxy, which resolves names itself, is a spelling judged, as far as it is a literal
address.

Pure: the caller resolves and connects.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from scraper.errors import BlockedAddress, InvalidURL

DEFAULT_PORTS = {"http": 80, "https": 443}

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address that the network connects to
_IPV4_COMPATIBLE = ip_network("::/96")  # RFC 4291 §2.5.5.1, deprecated, still routed by some stacks
_IPV4_BITS = 0xFFFFFFFF

HostPort = tuple[str, int]
"""(host as written in a URL, lower-case and without brackets; port)"""


def host_and_port(url: str) -> HostPort:
    """Return the host and port a request for *url* connects to. Raises InvalidURL.

    >>> host_and_port("http://[::1]:8000/a"), host_and_port("https://Blog.example/")
    (('::1', 8000), ('blog.example', 443))
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidURL(url) from error
    if not host or parts.scheme not in DEFAULT_PORTS:
        raise InvalidURL(url)
    return host, port or DEFAULT_PORTS[parts.scheme]


def without_credentials(url: str) -> str:
    """Return *url* without the user name and password it may carry: they are neither sent nor written down.

    >>> without_credentials("http://me:secret@blog.example:8000/a?b"), without_credentials("https://blog.example/@me")
    ('http://blog.example:8000/a?b', 'https://blog.example/@me')
    """
    before, mark, after = url.partition("//")
    authority = re.split(r"[/?#\\]", after, maxsplit=1)[0]
    return before + mark + after[authority.rfind("@") + 1 :] if mark else url


def why_not_public(address: str) -> str | None:
    """Return what kind of non-public address this is, or None for a public one.

    *address* is an IP address as the resolver returns it, perhaps with a zone (``fe80::1%eth0``). IPv4 addresses inside
    IPv6 ones are judged as what they are.

    >>> why_not_public("::ffff:127.0.0.1"), why_not_public("10.1.2.3"), why_not_public("93.184.216.34")
    ('loopback', 'private', None)
    """
    ip = _innermost(ip_address(address.split("%", 1)[0]))
    # Narrower words first; is_global is the rule (IANA special-purpose registries), the rest names the case.
    if ip.is_loopback:
        return "loopback"
    if ip.is_unspecified:
        return "unspecified"
    if ip.is_link_local:
        return "link-local"
    if ip.is_multicast:
        return "multicast"
    if ip.is_private:
        return "private"
    if ip.is_reserved or not ip.is_global:
        return "reserved"
    return None


def _innermost(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and ip in _NAT64:
        inner = IPv4Address(int(ip) & _IPV4_BITS)
    # ::1 and :: are IPv6 addresses of their own
    if inner is None and ip in _IPV4_COMPATIBLE and int(ip) > 1:
        inner = IPv4Address(int(ip) & _IPV4_BITS)
    return inner or ip


def literal_address(host: str) -> str | None:
    """Return the address that *host* spells without any name service, or None for a name.

    Besides the usual forms: decimal, octal, hexadecimal and short IPv4 (``2130706433``, ``0x7f.1``), which every
    resolver understands, and ``localhost`` (RFC 6761 §6.3: it never leaves the machine).

    >>> literal_address("0177.0.0.1"), literal_address("2130706433"), literal_address("blog.example")
    ('127.0.0.1', '127.0.0.1', None)
    """
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(host.split("%", 1)[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def typed(urls: Iterable[str]) -> frozenset[HostPort]:
    """Return the hosts and ports of *urls*, which a person typed and therefore means, private or not.

    >>> sorted(typed(["http://127.0.0.1:8000/", "https://blog.example/a"]))
    [('127.0.0.1', 8000), ('blog.example', 443)]
    """
    return frozenset(host_and_port(url) for url in urls)


class AddressGuard:
    """Chooses among a name's addresses those that may be connected to.

    *allow_private*: hosts and ports that may lead to a private address, because the user typed exactly them. A typed
    name that has once led to a public address may not turn to a private one later: that is how rebinding looks.
    """

    def __init__(self, allow_private: frozenset[HostPort] = frozenset()) -> None:
        self._allow_private = allow_private
        self._seen_public: set[HostPort] = set()

    def allows_private(self, host: str, port: int) -> bool:
        """Say whether *host* at *port* may lead to a private address."""
        target = (host.lower(), port)
        return target in self._allow_private and target not in self._seen_public

    def choose(self, host: str, port: int, addresses: Sequence[str]) -> list[str]:
        """Return those of *addresses* that may be connected to, in their order. Raises BlockedAddress when none may."""
        kinds = {address: why_not_public(address) for address in addresses}
        public = [address for address in addresses if kinds[address] is None]
        if public:
            self._seen_public.add((host.lower(), port))
            return public
        if addresses and self.allows_private(host, port):
            return list(addresses)
        first = addresses[0] if addresses else ""
        raise blocked(host, port, first, kinds.get(first) or "unknown")

    def check_literal(self, host: str, port: int) -> None:
        """Raise BlockedAddress when *host* spells a non-public address that was not typed; a name passes."""
        address = literal_address(host)
        if address is None or self.allows_private(host, port):
            return
        kind = why_not_public(address)
        if kind is not None:
            raise blocked(host, port, address, kind)


def why_blocked(url: str, allowed: frozenset[HostPort]) -> str | None:
    """Return what kind of non-public address *url* spells, None for a name, a public address and one of *allowed*.

    >>> why_blocked("http://2130706433:8000/", frozenset()), why_blocked("http://blog.example/", frozenset())
    ('loopback', None)
    """
    try:
        host, port = host_and_port(url)
    except InvalidURL:
        return None
    address = literal_address(host) if (host, port) not in allowed else None
    return why_not_public(address) if address is not None else None


def blocked(host: str, port: int, address: str, kind: str) -> BlockedAddress:
    """Return the error for *host*, which leads to *address* of that *kind*."""
    shown = f"[{host}]" if ":" in host else host
    leads = "is" if address == host else f"leads to {address},"
    return BlockedAddress(
        f"//{shown}:{port}/",
        f"blocked: {shown}:{port} {leads} a {kind} address that was not asked for",
        hint="a private address is fetched only when its host and port are typed as a start address",
    )
