"""The values a crawl takes and gives back: settings and limits, progress while it runs, and the report at its end.

Nothing here imports the network or the database, so a command can show its options without paying for either.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from scraper.limits import FetchSettings

BLOCKED = "blocked_addresses"
"""What the report calls addresses within this machine or its network that a site leads to; nobody connects to them."""
UNREAD = "fetched, still to be read"
"""The reason of a page whose raw copy is kept and whose article is not yet filed."""


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """What bounds a crawl that a site would otherwise make endless. Each one that bites is named in the report."""

    max_pages_per_site: int = 100_000
    """Addresses of one site that are kept in mind; the largest blogs have some 50,000 posts."""
    max_depth: int = 200
    """Links between the start page and an address: a blog that links only from post to post is a long chain."""
    max_links_per_page: int = 5_000
    """Links taken from one page; archive pages list a few thousand posts, link farms a hundred thousand."""
    max_url_length: int = 2_000
    """Characters of an address; longer ones are made by programs that go round in circles."""
    max_path_repeats: int = 3
    """Times one segment may stand in a path: ``/a/b/a/b/a/b/`` is a relative link gone wrong."""
    max_path_segments: int = 16
    """Segments of a path; real blogs stay below ten."""
    max_queries_per_path: int = 30
    """Addresses that differ only in their query, when they are no posts: facets and calendars multiply without end."""
    max_pagination: int = 3_000
    """Pages of one numbered listing."""
    max_barren_listings: int = 8
    """Listing pages of one family in a row that brought no new post, before the rest of the family is left."""
    max_idle_pages: int = 12
    """Pages of one shape of address in a row that were no posts, before the rest of the shape is left."""
    max_dates: int = 600
    """Date archives of one site: fifty years of months."""
    max_sitemaps: int = 500
    """Sitemap files read for one site; an index may name 50,000."""
    max_sitemap_urls: int = 200_000
    """Addresses taken from one site's sitemaps."""
    max_feed_pages: int = 500
    """Pages of one paged feed or of one WordPress listing."""
    max_seconds_per_page: float = 30.0
    """Seconds one page may take to extract before its worker is ended; the slowest honest page takes one."""
    max_worker_mb: int = 256
    """Megabytes of address space beyond its start that a worker may take; an honest page of 2 MB takes 100."""
    max_worker_deaths: int = 2
    """Workers that may die on one page before it is put into quarantine."""


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """How one crawl is done."""

    max_pages: int | None = None
    """Documents asked for in this run, all sites together; None: no limit."""
    delay_s: float | None = None
    """Seconds between request starts at one host; None: half a second, and none for a loopback host that was typed."""
    concurrency_per_host: int = 2
    """Requests in flight at one host, at most."""
    proxy: str | None = None
    """URL of an HTTP proxy, or None."""
    contact: str | None = None
    """Mail address or page of the person who runs the crawl, for the User-Agent; None: not said."""
    user_agent: str | None = None
    """Sent instead of our own User-Agent; None: ours."""
    obey_robots: bool = True
    """False asks without robots.txt: only for one's own site."""
    daily_cap: int | None = None
    """Requests per site and UTC day; None: no cap."""
    workers: int | None = None
    """Processes that extract; None: one per usable core, at most MAX_WORKERS. 0: none, the crawl's own process does it,
    which is for sites one trusts: a page that crashes the extraction ends the run."""
    spare: int = 0
    """With *due_only*: pages looked at although their time has not come, the next ones, at most."""
    due_only: bool = False
    """True: of the pages known already, look only at those whose revisit time has come. False: at all, each as cheaply
    as possible (not at all when the sitemap says that nothing changed, else by a conditional request)."""
    keep_raw: bool = True
    """False drops the raw page once it is extracted; a better extractor can then not be applied without a request."""
    limits: CrawlLimits = CrawlLimits()
    fetch: FetchSettings | None = None
    """Everything about single requests at once, for tests and embedding; None: made from the fields above."""

    def fetch_settings(self) -> FetchSettings:
        """Return the settings for single requests."""
        return self.fetch or FetchSettings(
            user_agent=self.user_agent,
            contact=self.contact,
            delay_s=self.delay_s,
            concurrency_per_host=self.concurrency_per_host,
            proxy=self.proxy,
            obey_robots=self.obey_robots,
        )


MAX_WORKERS = 4
"""Extraction processes started by default: beyond four the one main process cannot feed them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a running crawl, handed to ``report`` a few times a second."""

    elapsed_s: float
    done: int
    """Pages answered in this run, whatever the answer."""
    queued: int
    """Addresses known and still to be asked."""
    failed: int
    articles: int
    """Articles filed in this run, new or changed."""
    rate_per_s: float
    """Pages per second over the last ten seconds or so."""
    host: str | None
    """The host that answered last."""
    expected_total: int | None
    """Pages there will be in all, when sitemaps or feeds told; else None."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One address nothing came of."""

    url: str
    reason: str
    status: int | None = None
    """The HTTP status, None without an answer."""


@dataclass(frozen=True, slots=True)
class LimitHit:
    """One limit that bit."""

    name: str
    """The limit's name, as in CrawlLimits."""
    limit: int
    site: str
    times: int
    """Addresses left out on its account."""
    example: str
    """One of them."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What became of one site in this run."""

    site: str
    start: str
    articles: int = 0
    """Articles of this site in the archive now, those gone from the site not counted."""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    requests: int = 0
    failed: int = 0
    """Pages that could not be had, or whose answer was not believed."""
    duplicates: int = 0
    skipped: int = 0
    bytes: int = 0
    """Body bytes received, decoded."""
    elapsed_s: float = 0.0
    problem: str | None = None
    """Why nothing came of the site, in one line; None when something did."""
    skipped_by: dict[str, int] = field(default_factory=dict)
    """Reason → pages left out."""
    failed_by: dict[str, int] = field(default_factory=dict)
    """Reason → pages that failed."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run did. Counts are of this run, resumed parts included, unless they say "now"."""

    run_id: int
    status: str
    """``done``; ``partial``: something failed, was postponed or cut off by a limit of the user; ``failed``: no start
    gave a page; ``interrupted``."""
    started_at: str
    finished_at: str
    elapsed_s: float
    starts: tuple[str, ...]
    requests: int = 0
    """HTTP requests, robots.txt, feeds and sitemaps included."""
    bytes: int = 0
    """Body bytes received, decoded."""
    pages: int = 0
    """Pages answered."""
    articles: int = 0
    """Articles of these sites in the archive now."""
    new: int = 0
    """Articles filed for the first time and kept."""
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    duplicates: int = 0
    failed: int = 0
    skipped: int = 0
    postponed: int = 0
    """Addresses left for a later run: a busy server, a daily cap, an interruption."""
    quarantined: int = 0
    """Pages that killed their worker twice; kept, not extracted."""
    sites: tuple[SiteReport, ...] = ()
    problems: tuple[Problem, ...] = ()
    """The failed pages, MAX_PROBLEMS at most; ``failed`` has the number of all."""
    limits: tuple[LimitHit, ...] = ()
    resume: str | None = None
    """How to go on, when something is left; else None."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return asdict(self)


MAX_PROBLEMS = 50
"""Problems told one by one in a report."""


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """What one kind of source claims about a site, and how much of it is archived."""

    source: str
    """feed, sitemap, wordpress, listing or link."""
    claimed: int
    """Addresses this source named."""
    archived: int
    """Those of them that are articles in the archive, under this or another address."""
    missing: tuple[str, ...] = ()
    """Addresses named, not archived and not judged to be something else; MAX_MISSING at most."""
    missing_total: int = 0


MAX_MISSING = 20
"""Missing addresses told one by one for a source."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The sources of one site reconciled with the archive."""

    site: str
    articles: int
    gone: int
    queued: int
    failed: int
    skipped: int
    sources: tuple[SourceCoverage, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything known about one address."""

    url: str
    """As asked."""
    normalised: str
    state: str
    """queued, archived, duplicate, skipped, failed, gone or page."""
    reason: str | None
    found_by: str | None
    found_on: str | None
    """The page or document that named it first."""
    depth: int | None
    found_at: str | None
    robots: str | None
    """The rule of robots.txt that decides, None when none does or the file is not known."""
    fetches: tuple[dict[str, Any], ...] = ()
    """(at, status, outcome, bytes) of every request, oldest first."""
    claims: tuple[str, ...] = ()
    """The feeds and sitemaps that name it."""
    article_id: int | None = None
    canonical: str | None = None
    duplicate_of: str | None = None
    revisit_at: str | None = None
    sentences: tuple[str, ...] = field(default=())
    """The whole story, a line each, ready to print."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form, same keys."""
        return asdict(self)
