"""What a visit to one page comes to, written down: every outcome is one transaction.

    asked → fetched (the raw page is kept) → read (the article, the links, the page's answer)
          → unchanged · alias of another page · missing · gone · refused · failed

A page that was fetched and not yet read when the process died is read from its raw copy by the next run: nothing is
asked twice. A bad answer (an error page with status 200, an empty shell) never replaces a good record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from pipelines.archive import Archive, moment
from pipelines.archive.bodies import RawPage
from pipelines.crawl import schedule
from pipelines.crawl.frontier import Frontier, Item
from pipelines.crawl.journal import Counts, Journal
from pipelines.crawl.reading import Reading
from pipelines.crawl.schedule import Ledger
from pipelines.crawl.values import BLOCKED, UNREAD
from pipelines.crawl.verdict import Evidence, Verdict, judge
from scraper import discover, site
from scraper.discover import Link, Origin
from scraper.errors import NotFound
from scraper.guard import HostPort, why_blocked, without_credentials
from scraper.response import Response

SHELL_SHARE = 0.2
"""Share of its former words below which a page that has shrunk is no longer believed to be the same post."""
SHELL_WORDS = 80
"""Words from which on a page that has shrunk is believed all the same: the author has cut it."""
MISSING = frozenset((404, 410, 451))
"""Answers that say that a page is not there any more; 401 and 403 say only that we may not see it today."""
LONG_REST = timedelta(days=7)
"""How long a page that cannot be had for good reason (404, not a page) is left alone."""


class Visits:
    """Writes down the visits to one site's pages."""

    def __init__(
        self,
        archive: Archive,
        frontier: Frontier,
        journal: Journal,
        ledger: Ledger,
        origin: Origin,
        *,
        keep_raw: bool,
        now: Callable[[], datetime],
        allowed: frozenset[HostPort] = frozenset(),
    ) -> None:
        self.counts = Counts()
        self.origin = origin
        self.suspects: list[int] = []
        """Pages that held an article and answered 404: to be looked at a second time before the run ends."""
        self._archive = archive
        self._db: sqlite3.Connection = archive.connection
        self._frontier = frontier
        self._journal = journal
        self._ledger = ledger
        self._keep_raw = keep_raw
        self._allowed = allowed
        self.now = now

    def count(self, **what: int) -> None:
        """Add to the counts of the site and of the run."""
        self.counts.add(**what)
        self._journal.counts.add(**what)

    # -- answers without a reading ------------------------------------------------------------------------------------

    def fetched(self, item: Item, response: Response) -> str:
        """Keep the raw page and return its hash; the reading follows."""
        at = moment(response.fetched_at)
        with self._archive.transaction():
            raw_hash = self._archive.keep_raw(item.page_id, response.body, response.content_type, response.fetched_at)
            self._db.execute(
                "UPDATE pages SET reason = ?, status = ?, checked_at = ?, fetched_at = ?, content_type = ?, etag = ?,"
                " last_modified = ?, content_hash = ?, directives = ?, lease = ? WHERE id = ?",
                (
                    UNREAD,
                    response.status,
                    at,
                    at,
                    response.content_type,
                    response.header("etag"),
                    response.header("last-modified"),
                    raw_hash,
                    ",".join(value for name, value in response.headers if name == "x-robots-tag") or None,
                    self._journal.run_id,
                    item.page_id,
                ),
            )
            self._journal.fetch(
                item.url,
                page_id=item.page_id,
                status=response.status,
                outcome="fetched",
                size=len(response.body),
                elapsed_s=response.elapsed_s,
                raw_hash=raw_hash,
            )
        self.count(pages=1)
        return raw_hash

    def unread(self) -> Iterator[tuple[Item, RawPage]]:
        """Yield the pages that an earlier process fetched and did not read, with their raw copies."""
        rows = self._db.execute(
            "SELECT id FROM pages WHERE site = ? AND reason = ? AND raw_hash IS NOT NULL ORDER BY id",
            (self._frontier.host, UNREAD),
        ).fetchall()
        for (page_id,) in rows:
            try:
                raw = self._archive.raw(page_id)
            except NotFound:  # lost with a full disk: the page waits as if it had never been asked
                continue
            yield self._frontier.item(page_id), raw

    def unchanged(self, item: Item, response: Response) -> None:
        """Note that a page is as it was: 304, or 200 with the same bytes."""
        with self._archive.transaction():
            self._settle(item, state=item.state, status=response.status, at=moment(response.fetched_at), changed=False)
            self._journal.fetch(
                item.url,
                page_id=item.page_id,
                status=response.status,
                outcome="unchanged",
                size=len(response.body),
                elapsed_s=response.elapsed_s,
            )
        self.count(pages=1, unchanged=item.state == "archived")

    def missing(self, item: Item, status: int, *, second_look: bool = False) -> None:
        """Note a 404, 410 or another answer that says there is no such page.

        A page without an article fails. One with an article is looked at a second time before it is taken for gone; 410
        says so at once (RFC 9110 §15.5.11: the condition is likely to be permanent).
        """
        if item.state == "archived" and status not in MISSING:
            self.failed(item, f"HTTP {status}", status=status, transient=True)
            return
        at = moment(self.now())
        reason = f"HTTP {status}"
        has_article = item.state in ("archived", "gone")
        with self._archive.transaction():
            self._journal.fetch(item.url, page_id=item.page_id, status=status, outcome="missing")
            if not has_article:
                self._settle(item, state="failed", status=status, at=at, reason=reason, rest=LONG_REST)
            elif status == 410 or second_look or item.state == "gone":
                self._tombstone(item, status, at, reason)
            else:
                self._db.execute(
                    "UPDATE pages SET status = ?, checked_at = ?, missing_since = coalesce(missing_since, ?),"
                    " visited_run = ?, lease = NULL WHERE id = ?",
                    (status, at, at, self._journal.run_id, item.page_id),
                )
                self.suspects.append(item.page_id)
        self.count(pages=1, failed=not has_article, gone=item.state == "archived" and (status == 410 or second_look))
        if not has_article:
            self._note_failure(item)

    def _tombstone(self, item: Item, status: int, at: str, reason: str) -> None:
        self._settle(item, state="gone", status=status, at=at, reason=reason, rest=LONG_REST)
        row = self._db.execute(
            "SELECT id FROM articles WHERE page_id = ? AND gone_at IS NULL", (item.page_id,)
        ).fetchone()
        if row is not None:
            self._archive.tombstone(row[0], at, reason)

    def not_believed_gone(self, item: Item) -> None:
        """Leave a missing article as it is, because too many are missing at once: the site has a bad day."""
        with self._archive.transaction():
            self._journal.fetch(
                item.url, page_id=item.page_id, outcome="kept", detail="too many pages are missing at once"
            )

    def failed(self, item: Item, problem: str, *, status: int | None, transient: bool) -> None:
        """Note that a page could not be had. A known article stays as it is."""
        at = moment(self.now())
        with self._archive.transaction():
            state = item.state if item.state == "archived" else "failed"
            self._settle(
                item, state=state, status=status, at=at, reason=problem, rest=timedelta(0) if transient else LONG_REST
            )
            self._journal.fetch(item.url, page_id=item.page_id, status=status, outcome="failed", detail=problem)
        self.count(pages=1, failed=1)
        self._note_failure(item)

    def _note_failure(self, item: Item) -> None:
        self._ledger.note(item.family, is_post=False, fruitful=False)
        self._ledger.of(item.family).broken = True

    def refused(self, item: Item, reason: str) -> None:
        """Note that a page may not or need not be asked."""
        with self._archive.transaction():
            state = item.state if item.state == "archived" else "skipped"
            self._settle(item, state=state, status=None, at=None, reason=reason, rest=LONG_REST)
        self.count(skipped=1)

    def note_blocked(self, url: str) -> str | None:
        """Report *url* when nobody may connect to it; return what kind of address it is then."""
        kind = why_blocked(url, self._allowed)
        if kind is not None:
            self.bite(BLOCKED, without_credentials(url))
        return kind

    def leads_away(self, item: Item, how: str, url: str) -> None:
        """Note that a page leads away from its site: to another one, or to an address that nobody may connect to."""
        kind = self.note_blocked(url)
        url = without_credentials(url)
        if kind is not None:
            self.failed(item, f"{how} a blocked address: {url} is a {kind} one", status=None, transient=False)
        elif item.state == "archived":
            self.kept(item, f"it was a post and is now {how.replace('redirects', 'a redirect')} another site: {url}")
        else:
            self.refused(item, f"{how} another site: {url}")

    def postponed(self, item: Item, reason: str) -> None:
        """Let a page wait for a later run."""
        with self._archive.transaction():
            self._db.execute("UPDATE pages SET lease = NULL WHERE id = ?", (item.page_id,))
            self._journal.fetch(item.url, page_id=item.page_id, outcome="postponed", detail=reason)
        self._frontier.done(item.page_id)
        self.count(postponed=1)

    def quarantined(self, item: Item, reason: str) -> None:
        """Note that a page cannot be read; its raw copy stays."""
        with self._archive.transaction():
            state = item.state if item.state == "archived" else "failed"
            self._settle(
                item, state=state, status=200, at=moment(self.now()), reason=f"quarantined: {reason}", rest=LONG_REST
            )
            self._journal.fetch(item.url, page_id=item.page_id, outcome="quarantined", detail=reason)
        self.count(failed=1, quarantined=1)

    # -- other addresses of a page ------------------------------------------------------------------------------------

    def target(self, item: Item, url: str, found_by: str) -> Item:
        """Return the page at *url*, which *item* leads to; it is made when nobody knew it."""
        known = self._frontier.find(url)
        if known is None:
            kind = site.guess(url).kind
            rank = discover.OFFERED if kind == site.POST else discover.MENU
            link = Link(url, found_by, f"{item.url} leads there", rank, kind)
            with self._archive.transaction():
                self._frontier.add((link,), found_on=item.page_id, depth=item.depth + 1, now=moment(self.now()))
            known = self._frontier.find(url)
        return known if known is not None else item

    def bite(self, limit: str, url: str) -> None:
        """Note that a limit has bitten at *url*."""
        self._frontier.bite(limit, url)

    def twin(self, item: Item, content_hash: str) -> Item | None:
        """Return the page that is no article and has exactly the same bytes, None when there is none.

        Servers that ignore a query answer every ``?p=…`` with the front page. Copies of articles are settled at the
        end.
        """
        row = self._db.execute(
            "SELECT id FROM pages WHERE site = ? AND content_hash = ? AND id != ? AND state = 'page' LIMIT 1",
            (self._frontier.host, content_hash, item.page_id),
        ).fetchone()
        return self._frontier.item(row[0]) if row is not None and item.state == "queued" else None

    def kept(self, item: Item, problem: str, *, status: int | None = None) -> None:
        """Note that an archived page answered with something that is no new version of it; its record stays."""
        with self._archive.transaction():
            self._keep_good(item, moment(self.now()), problem, status=status)
        self.count(pages=1, failed=1)

    def redirected(self, item: Item, target: Item, status: int) -> None:
        """Note a redirect to a page of this site. One from an article to what is none, such as the front page, is how a
        site hides that something is missing: the article stays, and the report says so."""
        may_be_post = target.state == "archived" or (target.state == "queued" and target.kind == site.POST)
        if item.state == "archived" and not may_be_post:
            self.kept(item, f"it was a post and now redirects to {target.url}", status=status)
        else:
            self.alias(item, target, f"redirects to {target.url}", status=status)

    def alias(self, item: Item, target: Item, reason: str, *, status: int, fetch: bool = True) -> None:
        """Note that *item* is another address of *target*."""
        at = moment(self.now())
        with self._archive.transaction():
            final = self._final(target)
            self._settle(item, state="duplicate", status=status, at=at, reason=reason, rest=LONG_REST)
            self._db.execute(
                "UPDATE pages SET duplicate_of = ?, redirect_to = ? WHERE id = ?",
                (final if final != item.page_id else None, target.url, item.page_id),
            )
            if fetch:
                self._journal.fetch(item.url, page_id=item.page_id, status=status, outcome="alias", detail=target.url)
        self.count(pages=int(fetch), duplicates=1)
        new = target.state == "queued" and target.family.rstrip("/") != item.family.rstrip("/")
        self._ledger.note(item.family, is_post=False, fruitful=new)

    def _final(self, target: Item) -> int:
        """Return the page that *target* is another address of, or itself."""
        row = self._db.execute("SELECT duplicate_of FROM pages WHERE id = ?", (target.page_id,)).fetchone()
        return int(row[0]) if row is not None and row[0] is not None else target.page_id

    # -- a reading ----------------------------------------------------------------------------------------------------

    def read(self, item: Item, reading: Reading, *, is_start: bool = False) -> Verdict:
        """File what a page says, and let the frontier have its links. Returns what the page is."""
        now = moment(self.now())
        with self._archive.transaction():
            row = self._db.execute(
                "SELECT fetched_at, status, raw_hash FROM pages WHERE id = ?", (item.page_id,)
            ).fetchone()
            added = self._frontier.add(reading.links, found_on=item.page_id, depth=item.depth + 1, now=now)
            evidence = self.evidence(item, is_start=is_start)
            verdict = judge(reading, evidence)
            outcome = "page"
            if item.state == "archived" and (problem := self._bad_answer(item, reading, verdict)):
                self._keep_good(item, now, problem)
                outcome = "bad"
            elif verdict.is_post:
                outcome = self._file(item, reading, verdict, row["fetched_at"], row["raw_hash"])
            else:
                self._settle(
                    item, state="page", status=row["status"], at=row["fetched_at"], reason=verdict.reason,
                    page_type=verdict.page_type, reading=reading,
                )  # fmt: skip
            if not self._keep_raw and outcome != "bad":
                self._db.execute("UPDATE pages SET raw_hash = NULL WHERE id = ?", (item.page_id,))
        entries = [link.url for link in reading.links if link.rank <= discover.PROSE]
        self._ledger.note(
            item.family,
            is_post=verdict.is_post,
            fruitful=added.posts > 0,
            entries=entries,
            is_listing=item.kind in site.LISTINGS,
        )
        self._note(evidence, verdict, outcome)
        return verdict

    def _note(self, evidence: Evidence, verdict: Verdict, outcome: str) -> None:
        if verdict.is_post:
            self._ledger.posts += 1
            self._ledger.claimed_posts += evidence.in_feed or evidence.in_sitemap or evidence.in_wordpress
        if outcome in ("new", "changed", "unchanged"):
            self.count(**{outcome: 1})
        elif outcome == "bad":
            self.count(failed=1)

    def evidence(self, item: Item, *, is_start: bool = False) -> Evidence:
        """Return what the site knows about a page."""
        claims = self._db.execute(
            "SELECT sources.kind, sources.url FROM claims JOIN sources ON sources.id = source_id WHERE page_id = ?",
            (item.page_id,),
        ).fetchall()
        kinds = {row[0] for row in claims}
        listed_as = {discover.kind_listed(row[1]) for row in claims if row[0] == "sitemap"} - {None}
        parent = site.parent_of(item.url)
        below = False
        if parent is not None and parent != self.origin.base + "/":
            below = self._db.execute(
                "SELECT 1 FROM pages WHERE url IN (?, ?) AND state = 'archived'", (parent, parent.rstrip("/"))
            ).fetchone() is not None  # fmt: skip
        return Evidence(
            item.kind,
            in_feed="feed" in kinds,
            in_wordpress="wordpress" in kinds,
            in_sitemap="sitemap" in kinds,
            listed_as=site.POST if site.POST in listed_as else site.PAGE if site.PAGE in listed_as else None,
            below_post=below,
            is_first_page=any(self._frontier.knows(f"{item.url.rstrip('/')}/page/2{end}") for end in ("/", "")),
            is_start=is_start,
            menu_only=item.priority in (discover.MENU, discover.ABOUT) and self._ledger.posts >= schedule.MANY_POSTS,
            odd_shape=self._ledger.is_odd(item.family),
        )

    def _file(self, item: Item, reading: Reading, verdict: Verdict, fetched_at: str, raw_hash: str | None) -> str:
        article = reading.article
        if article.page_type != verdict.page_type:
            from dataclasses import replace

            article = replace(article, page_type=verdict.page_type)
        filed = self._archive.file(
            article,
            page_id=item.page_id,
            fetched_at=fetched_at,
            run_id=self._journal.run_id,
            raw_hash=raw_hash,
            template_version=reading.template_version,
        )
        self._link(item.page_id, reading)
        outcome = "unchanged" if filed.verdict == "updated" else filed.verdict
        self._settle(
            item, state="archived", status=200, at=fetched_at, reason=verdict.reason, page_type=verdict.page_type,
            reading=reading, changed=outcome == "changed",
        )  # fmt: skip
        return outcome

    def _link(self, page_id: int, reading: Reading) -> None:
        """Write down which posts an article links to; menus and listings are left out."""
        targets = []
        for link in reading.links:
            if link.kind == site.POST and link.rank <= discover.PROSE:
                row = self._db.execute("SELECT id FROM pages WHERE url = ?", (link.url,)).fetchone()
                if row is not None and row[0] != page_id:
                    targets.append((row[0], link.reason, link.text or None))
        self._archive.set_links(page_id, targets)

    def _bad_answer(self, item: Item, reading: Reading, verdict: Verdict) -> str | None:
        """Return why a new answer for an archived page is not believed, None when it is."""
        row = self._db.execute("SELECT word_count FROM articles WHERE page_id = ?", (item.page_id,)).fetchone()
        if row is None:
            return None
        words = reading.article.word_count
        if not verdict.is_post:
            return f"it was a post and now looks like: {verdict.page_type}"
        if words < SHELL_WORDS and words < SHELL_SHARE * row[0]:
            return f"it had {row[0]} words and now has {words}"
        return None

    def _keep_good(self, item: Item, now: str, problem: str, *, status: int | None = 200) -> None:
        """Leave the good record; forget the validators, so that the next run asks for the whole page again."""
        self._db.execute(
            "UPDATE pages SET reason = ?, lease = NULL, visited_run = ?, etag = NULL, last_modified = NULL,"
            " content_hash = NULL, checked_at = ? WHERE id = ?",
            (f"kept: {problem}", self._journal.run_id, now, item.page_id),
        )
        self._journal.fetch(item.url, page_id=item.page_id, status=status, outcome="bad answer", detail=problem)
        self._frontier.done(item.page_id)

    # -- the page's row -----------------------------------------------------------------------------------------------

    def _settle(
        self,
        item: Item,
        *,
        state: str,
        status: int | None,
        at: str | None,
        reason: str | None = None,
        page_type: str | None = None,
        reading: Reading | None = None,
        changed: bool = False,
        rest: timedelta | None = None,
    ) -> None:
        """Write a page's answer, and when it is to be looked at again. Ends its lease."""
        now = self.now()
        if rest is None:
            last = now - datetime.fromisoformat(item.checked_at) if item.checked_at else None
            rest = schedule.revisit_after(visits=item.visits + 1, changes=item.changes, last=last, changed=changed)
        self._db.execute(
            "UPDATE pages SET state = ?, reason = coalesce(?, reason), status = coalesce(?, status),"
            " checked_at = coalesce(?, checked_at), page_type = coalesce(?, page_type), lease = NULL, visited_run = ?,"
            " visits = visits + 1, changes = changes + ?, changed_at = iif(?, ?, changed_at), revisit_at = ?,"
            " missing_since = NULL,"
            " lastmod = (SELECT max(claims.lastmod) FROM claims JOIN sources ON sources.id = source_id"
            "  WHERE page_id = pages.id AND sources.kind = 'sitemap')"
            " WHERE id = ?",
            (
                state,
                reason,
                status,
                at,
                page_type,
                self._journal.run_id,
                int(changed),
                changed,
                at,
                moment(now + rest),
                item.page_id,
            ),
        )
        if reading is not None:
            self._db.execute(
                "UPDATE pages SET text_hash = ?, simhash = ?, canonical_url = ?, directives = ? WHERE id = ?",
                (
                    reading.text_hash,
                    reading.paragraph_hash,
                    reading.canonical,
                    ",".join(sorted(reading.directives)) or None,
                    item.page_id,
                ),
            )
        self._frontier.done(item.page_id)
