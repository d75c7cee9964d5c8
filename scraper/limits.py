"""Every limit a fetch obeys, with its name, default, unit and reason: one table, so that none is hidden in the code.

Nothing here imports the network, so settings can be made and shown without paying for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from types import MappingProxyType

_KIB = 1024
_MIB = 1024 * _KIB

PRODUCT_TOKEN = "backfile"  # noqa: S105  (a robots.txt product token, RFC 9309 §2.2.1)
"""The name robots.txt groups are matched against."""

DEFAULT_DELAY_S = 0.5
"""Seconds between the starts of two requests to a public host when nobody says otherwise: a brisk reader's pace."""
MAX_CRAWL_DELAY_S = 30.0
"""Longest Crawl-delay obeyed, in seconds: some files ask for 3600, and a blog of 500 posts would take three weeks."""
MAX_RETRY_AFTER_S = 30.0
"""Longest Retry-After waited for within a run, in seconds; beyond it the host is left for a later run."""
MAX_ATTEMPTS = 3
"""Requests made for one address before a transient error is reported: most hiccups are over by the third."""
MAX_ATTEMPTS_IN_VAIN = 2
"""Requests made for one address that gives no answer in time: each costs a whole deadline."""
RETRY_FIRST_WAIT_S = 0.5
"""Upper bound of the first wait between attempts, in seconds; it doubles each time, with jitter."""
RETRY_LONGEST_WAIT_S = 8.0
"""Upper bound of any wait between attempts that no Retry-After asked for, in seconds."""
MAX_REDIRECTS = 10
"""Hops followed for a document; browsers follow 20, honest sites need three."""
MAX_ROBOTS_REDIRECTS = 5
"""Hops followed for robots.txt (RFC 9309 §2.3.1.2)."""
ROBOTS_MAX_AGE_S = 24 * 3600.0
"""Seconds a robots.txt is believed before it is asked for again (RFC 9309 §2.4)."""
MAX_HEAD_BYTES = 64 * _KIB
"""Bytes of all response headers together; servers themselves allow 8 to 32 KiB."""
MAX_CODINGS = 2
"""Content codings applied one over another: twice happens behind careless caches, thrice only in attacks."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Deadlines of one attempt, in seconds, monotonic clock."""

    connect_s: float = 10.0
    """Name resolution, TCP connection and TLS handshake, together per step."""
    head_s: float = 20.0
    """From the request to the end of the answer's headers: slow blogs render a page for ten seconds and more."""
    read_s: float = 20.0
    """Between two pieces of the body."""
    total_s: float = 45.0
    """The whole attempt, body included, whatever trickles in: 10 MiB at 2 Mbit/s."""
    cut_s: float = 20.0
    """The body of a document that may be cut (robots.txt): what has arrived by then counts, as with its size limit."""


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """How many bytes of one kind of document are taken."""

    compressed_bytes: int
    """On the wire."""
    decoded_bytes: int
    """After Content-Encoding was undone."""
    cut: bool = False
    """True: longer documents are cut at the limit and used; False: they are refused (TooLarge)."""


_SIZES: Mapping[str, SizeLimit] = MappingProxyType(
    {
        # Long posts with inlined pictures reach 8 MiB; the median page has 60 KiB.
        "page": SizeLimit(10 * _MIB, 20 * _MIB),
        # Full-text feeds of a whole blog reach 15 MiB.
        "feed": SizeLimit(10 * _MIB, 40 * _MIB),
        # sitemaps.org allows 50 MiB uncompressed.
        "sitemap": SizeLimit(50 * _MIB, 50 * _MIB),
        # RFC 9309 §2.5: at least 500 kibibytes must be parsed; the rest may be ignored.
        "robots": SizeLimit(512 * _KIB, 512 * _KIB, cut=True),
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    sizes: Mapping[str, SizeLimit] = field(default_factory=lambda: _SIZES)
    """Kind of document → its size limit; ``"page"`` stands for kinds that are not listed."""
    head_bytes: int = MAX_HEAD_BYTES
    """Bytes of all response headers together."""
    redirects: int = MAX_REDIRECTS
    """Hops followed for a document; a circle ends at once."""
    robots_redirects: int = MAX_ROBOTS_REDIRECTS
    """Hops followed for robots.txt; after them it counts as absent (RFC 9309 §2.3.1.2)."""
    attempts: int = MAX_ATTEMPTS
    """Requests for one address before a transient error is reported."""
    attempts_in_vain: int = MAX_ATTEMPTS_IN_VAIN
    """The same where no answer came in time: each attempt costs a whole deadline."""
    retry_after_s: float = MAX_RETRY_AFTER_S
    """Seconds waited for a Retry-After; a longer one leaves the host for a later run."""
    crawl_delay_s: float = MAX_CRAWL_DELAY_S
    """Longest Crawl-delay obeyed, in seconds."""

    def size_of(self, kind: str) -> SizeLimit:
        """Return the size limit for a *kind* of document."""
        return self.sizes.get(kind, self.sizes["page"])


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return metadata.version("backfile")
    except metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def user_agent(contact: str | None = None) -> str:
    """Return the User-Agent we send: product, version, and how to reach the person who runs it, if they said.

    >>> user_agent("me@example.org").endswith(" (+me@example.org)"), user_agent().startswith("backfile/")
    (True, True)
    """
    product = f"{PRODUCT_TOKEN}/{_version()}"
    return f"{product} (+{contact})" if contact else product


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to ask: who we are, how fast, through what, and when to give up."""

    user_agent: str | None = None
    """Sent as it is; None: ``backfile/<version> (+contact)``."""
    contact: str | None = None
    """Mail address or page of the person who runs the crawl, for the User-Agent; None: not said."""
    delay_s: float | None = None
    """Seconds between request starts at one host; None: DEFAULT_DELAY_S, and 0 for a private address the user typed."""
    concurrency_per_host: int = 2
    """Requests in flight at one host, at most; 1 or more."""
    proxy: str | None = None
    """URL of an HTTP proxy, or None for direct connections. Names are then resolved by the proxy."""
    timeouts: Timeouts = Timeouts()
    limits: Limits = Limits()
    obey_robots: bool = True
    """False asks without robots.txt: only for one's own site."""

    def __post_init__(self) -> None:
        if self.concurrency_per_host < 1:
            raise ValueError(f"concurrency_per_host must be 1 or more, not {self.concurrency_per_host}")
        if self.delay_s is not None and not 0 <= self.delay_s < float("inf"):
            raise ValueError(f"delay_s must be 0 or more seconds, not {self.delay_s}")

    @property
    def agent(self) -> str:
        """The User-Agent header's value."""
        return self.user_agent or user_agent(self.contact)
