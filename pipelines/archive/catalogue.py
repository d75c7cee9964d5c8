"""What each table, view and column holds, in words: one table for people, for Datasette and for the generated
reference.

A test compares it with the database, so a column without a description does not get in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.archive.run_tables import IN_WORDS


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view in words."""

    name: str
    title: str
    description: str
    columns: dict[str, str]
    """Column → what it holds, in the order of the database."""


_MOMENT = "ISO 8601, UTC, milliseconds"

TABLES: tuple[Table, ...] = (
    Table(
        "articles",
        "Articles",
        "The newest version of every post, one row each.",
        {
            "id": "Number of the article, as search and export give it",
            "page_id": "The page it was read from",
            "site": "Host, without www.",
            "url": "Address the page was read from",
            "canonical_url": "Address the page names as its own, when plausible",
            "page_type": "article, or the kind of page it is instead",
            "published": "First publication, ISO 8601, as precise as the page says",
            "modified": "Last update as the page says, same form",
            "language": "BCP 47 tag",
            "reading_minutes": "Reading time in minutes, when the page states it",
            "word_count": "Words of the text",
            "revision": "Number of this version, from 1",
            "first_archived_at": f"When the first version was archived ({_MOMENT})",
            "fetched_at": f"When the page was fetched that this row was read from ({_MOMENT})",
            "changed_at": f"When this version was first seen ({_MOMENT})",
            "gone_at": f"When the page was found to have vanished; null while it is there ({_MOMENT})",
            "gone_reason": "How that showed",
            "extractor": "Name and version of the program part that read the page",
            "template_version": "Version of the site's template that helped to read it, 0 for none",
            "raw_hash": "The raw page this version was read from, in the file of raw pages",
            "content_hash": "Hash of title, authors, dates and text; a different one makes a version",
            "record_hash": "Hash of the whole record; a different one rewrites the row",
            "title": "Headline, without the site's name",
            "byline": "Names of the authors, separated by commas",
            "keywords": "Tags, separated by commas",
            "excerpt": "The page's own summary, else the start of the body",
            "author_bio": "What the page says about the author",
            "text": "Body as plain text",
            "grams": "Pairs of neighbouring characters of scripts without spaces, for search",
            "related": "JSON list of {url, title, published, excerpt}: what the page offers as a continuation",
            "prev_next": "JSON list of {url, title, rel}: the neighbouring posts",
            "markdown": "Body as CommonMark",
            "html": "Body as sanitised HTML",
            "site_name": "What the site calls itself",
            "comments_count": "Readers' comments, when the page says or shows them",
        },
    ),
    Table(
        "article_authors",
        "Authors of articles",
        "Who wrote what.",
        {"article_id": "The article", "position": "Place in the byline, from 0", "author_id": "The author"},
    ),
    Table(
        "authors",
        "Authors",
        "Names as bylines show them.",
        {"id": "Number of the author", "name": "The name", "url": "Address of the author's page, empty when unknown"},
    ),
    Table(
        "article_tags",
        "Tags of articles",
        "Which article has which tag or category.",
        {"article_id": "The article", "position": "Place on the page, from 0", "tag_id": "The tag"},
    ),
    Table("tags", "Tags", "Tags and categories, all sites together.", {"id": "Number of the tag", "name": "The tag"}),
    Table(
        "images",
        "Images",
        "Images of the articles' bodies; the addresses, not the files.",
        {
            "article_id": "The article",
            "position": "Place in the body, from 0",
            "url": "Absolute address",
            "alt": "Alternative text; null when the page gives none",
            "caption": "Caption",
        },
    ),
    Table(
        "revisions",
        "Versions",
        "Every version of every article. The newest is the article itself; older ones are kept whole, compressed.",
        {
            "id": "Number of the row",
            "article_id": "The article",
            "revision": "1 for the first version, then 2, 3, …",
            "seen_at": f"When the page was fetched that showed this version first ({_MOMENT})",
            "run_id": "The run that fetched it",
            "content_hash": "Hash of title, authors, dates and text",
            "raw_hash": "The raw page it was read from",
            "extractor": "Name and version of the program part that read the page",
            "title": "Headline of this version",
            "published": "Publication date of this version",
            "modified": "Date of update that this version names",
            "word_count": "Words of this version's text",
            "silent": "1 when the post changed but went on naming the same date of update",
            "record": "The whole record as JSON, compressed by zstd; null for the newest version",
        },
    ),
    Table(
        "sites",
        "Sites",
        "The blogs in this archive.",
        {
            "id": "Number of the site",
            "host": "Host, without www.",
            "base_url": "Address of its front page",
            "title": "Its name",
            "language": "BCP 47 tag of most of its posts",
            "generator": "The software that makes it, as it says",
            "first_seen_at": f"When it came into the archive ({_MOMENT})",
            "crawled_at": f"When a crawl of it ended last ({_MOMENT})",
            "profile": "TOML: patterns, selectors and pace set by hand",
            "template": "JSON: what its pages repeat, as learnt from them",
            "template_version": "How many times the template was learnt",
            "learn_pages": "JSON list of the pages it was learnt from",
        },
    ),
    Table(
        "pages",
        "Pages",
        "Every address ever seen and what became of it. The queued ones are what a crawl still has to do.",
        {
            "id": "Number of the page",
            "url": "The address, normalised",
            "seen_as": "The address as it was written first, when that differs",
            "site": "Host, without www.",
            "state": "queued, archived, duplicate, skipped, failed, gone, or page (looked at, and no article)",
            "reason": "Why it is in that state",
            "page_type": "article, listing, tag, category, author, date, attachment, page, …",
            "duplicate_of": "The page that has the article, when this is another address of it",
            "similar_to": "A page with nearly the same text",
            "found_by": "start, feed, sitemap, wordpress, pagination, link, canonical, redirect, import",
            "found_on": "The page that led here first",
            "found_at": f"When it was seen first ({_MOMENT})",
            "depth": "Links from the start",
            "priority": "What is fetched first: the smallest",
            "kind": "What it was taken for before it was fetched",
            "family": "The shape of its address, or the listing it belongs to",
            "lease": "The run that is fetching it now",
            "visited_run": "The run that asked for it last",
            "attempts": "Failed attempts in a row",
            "next_attempt_at": f"Not to be tried before ({_MOMENT})",
            "status": "Last HTTP status",
            "checked_at": f"Last answer of any kind ({_MOMENT})",
            "fetched_at": f"Last answer with a body ({_MOMENT})",
            "content_type": "Content-Type of that answer",
            "etag": "ETag of that answer, for asking whether it changed",
            "last_modified": "Last-Modified of that answer, likewise",
            "lastmod": "Date of change as the sitemap says",
            "content_hash": "Hash of the body as sent",
            "text_hash": "Hash of the article's text",
            "simhash": "Fingerprint of the text that is alike for texts that are alike",
            "raw_hash": "The newest raw capture, in the file of raw pages",
            "redirect_to": "Where it redirects to",
            "canonical_url": "What it names as its own address",
            "directives": "What it asks of robots: noindex, nofollow, noarchive",
            "visits": "How often it answered",
            "changes": "How often it had changed then",
            "changed_at": f"When it was last seen to have changed ({_MOMENT})",
            "revisit_at": f"When to look again ({_MOMENT})",
            "missing_since": f"Since when it has been answering that it is not there ({_MOMENT})",
            "robots_rule": "The line of robots.txt that excludes it now, though it is archived; null for none",
        },
    ),
    Table(
        "links",
        "Links",
        "Which page links to which.",
        {
            "page_id": "The page with the link",
            "target_id": "The page it leads to",
            "kind": "Where on the page the link stands",
            "text": "The words of the link",
        },
    ),
    Table(
        "sources",
        "Sources",
        "Where a site says what it has: sitemaps, feeds, WordPress's interface, lists of posts.",
        {
            "id": "Number of the source",
            "site": "Host, without www.",
            "kind": "robots, sitemap, feed, wordpress, listing",
            "url": "Its address",
            "found_by": "How it was found",
            "checked_at": f"Last answer of any kind ({_MOMENT})",
            "fetched_at": f"Last answer with a body ({_MOMENT})",
            "status": "Last HTTP status",
            "problem": "What was wrong with it",
            "etag": "ETag of the last answer",
            "last_modified": "Last-Modified of the last answer",
            "lastmod": "Date of change as the sitemap index says",
            "content_hash": "Hash of its body",
            "entries": "How many addresses it names",
        },
    ),
    Table(
        "claims",
        "Claims",
        "Which source names which page, and what it says about it.",
        {
            "source_id": "The source",
            "page_id": "The page",
            "lastmod": "Date of change it states",
            "title": "Title it states",
            "published": "Date of publication it states",
        },
    ),
    Table(
        "hosts",
        "Hosts",
        "A host's clock: when it may be asked again.",
        {
            "host": "Host, with the port when it is not the usual one",
            "next_start_at": "Earliest next request, Unix seconds",
            "postponed_until": "Not before, because the host said so or failed, Unix seconds",
            "delay_s": "Seconds between requests at the moment",
            "crawl_delay_s": "Seconds between requests that robots.txt asks for",
            "latency_s": "Seconds an answer takes, smoothed",
            "failures": "Failed requests in a row",
            "day": "The UTC day that requests_today counts",
            "requests_today": "Requests made on that day",
            "robots_body": "robots.txt",
            "robots_status": "HTTP status it came with",
            "robots_at": f"When it was fetched ({_MOMENT})",
        },
    ),
    Table(
        "runs",
        "Runs",
        "Every crawl, import and new extraction.",
        {
            "id": "Number of the run",
            "command": "crawl, import or reextract",
            "starts": "JSON list of the addresses or files it began with",
            "settings": "JSON of its settings",
            "version": "Version of the program",
            "pid": "Process number",
            "started_at": f"When it began ({_MOMENT})",
            "heartbeat_at": f"Last sign of life ({_MOMENT})",
            "finished_at": f"When it ended ({_MOMENT})",
            "status": "running, done, partial, failed or interrupted",
            "error": "What ended it",
            "requests": "Requests made",
            "bytes": "Bytes of bodies received",
            "pages": "Pages answered",
            "new": "Articles filed for the first time",
            "changed": "Articles that had changed",
            "unchanged": "Articles that had not",
            "duplicates": "Other addresses of articles",
            "skipped": "Pages left out",
            "failed": "Pages that could not be had",
            "gone": "Articles that have vanished",
            "report": "JSON of the whole report",
        },
    ),
    Table(
        "run_limits",
        "Limits reached",
        "Which limits a run came up against.",
        {
            "run_id": "The run",
            "name": "Name of the limit",
            "site": "Host",
            "limit_value": "Its value",
            "times": "How often it was reached",
            "example": "One address it stopped",
        },
    ),
    Table(
        "fetches",
        "Requests",
        "Every request made.",
        {
            "id": "Number of the request",
            "run_id": "The run that made it",
            "page_id": "The page asked for",
            "source_id": "The source asked for",
            "url": "The address asked for",
            "at": f"When ({_MOMENT})",
            "status": "HTTP status; null without an answer",
            "outcome": "What came of it",
            "bytes": "Bytes of the body",
            "elapsed_ms": "Milliseconds from the request to the last byte",
            "detail": "What went wrong",
            "raw_hash": "The raw page it brought, in the file of raw pages",
        },
    ),
    *(Table(*entry) for entry in IN_WORDS),
    Table(
        "saved_searches",
        "Saved searches",
        "Searches with a name.",
        {
            "name": "The name",
            "query": "The words",
            "filters": "JSON of the filters",
            "saved_at": f"When it was saved ({_MOMENT})",
            "seen_at": f"When it was last run ({_MOMENT})",
            "seen_article_id": "The newest article there was then",
        },
    ),
    Table(
        "exported",
        "Exported articles",
        "What each named export has handed out, so that the next one holds only what changed since.",
        {
            "name": "Name of the export",
            "article_id": "The article",
            "url": "Its address",
            "record_hash": "Hash of the record as it was handed out",
            "gone_at": f"When it had vanished, as handed out ({_MOMENT})",
        },
    ),
    Table(
        "article_list",
        "List of articles",
        "Articles without their texts.",
        {
            "id": "Number of the article",
            "site": "Host",
            "published": "First publication",
            "title": "Headline",
            "authors": "Names of the authors",
            "tags": "Tags",
            "word_count": "Words of the text",
            "language": "BCP 47 tag",
            "url": "Address",
            "revision": "Number of the newest version",
            "fetched_at": f"When it was fetched ({_MOMENT})",
        },
    ),
    Table(
        "recent_changes",
        "Recent changes",
        "New and changed articles, the latest first.",
        {
            "article_id": "The article",
            "site": "Host",
            "revision": "Number of the version",
            "seen_at": f"When it was first seen ({_MOMENT})",
            "change": "new, changed, or silent edit: changed without naming a new date of update",
            "title": "Headline",
            "published": "First publication",
            "modified": "Date of update it names",
            "word_count": "Words of the text",
            "url": "Address",
        },
    ),
    Table(
        "silent_edits",
        "Silent edits",
        "Versions that changed a post without changing the date of update it names.",
        {
            "article_id": "The article",
            "revision": "Number of the version",
            "seen_at": f"When it was first seen ({_MOMENT})",
            "title": "Headline",
            "modified": "Date of update it still names",
        },
    ),
    Table(
        "authors_with_counts",
        "Authors with counts",
        "Who wrote how much, and when.",
        {
            "name": "The name",
            "articles": "Articles",
            "sites": "Sites they stand on",
            "first_published": "Earliest publication",
            "last_published": "Latest publication",
        },
    ),
    Table(
        "tags_with_counts",
        "Tags with counts",
        "How often each tag is used.",
        {"name": "The tag", "articles": "Articles"},
    ),
    Table(
        "site_overview",
        "Sites at a glance",
        "Every site with its counts.",
        {
            "site": "Host",
            "title": "Its name",
            "articles": "Articles",
            "words": "Words of all articles",
            "first_published": "Earliest publication",
            "last_published": "Latest publication",
            "pages": "Addresses seen",
            "queued": "Still to do",
            "failed": "Could not be had",
            "gone": "Have vanished",
            "crawled_at": f"When a crawl of it ended last ({_MOMENT})",
        },
    ),
    Table(
        "page_states",
        "Pages by state",
        "How many addresses of each site are in which state, and why.",
        {"site": "Host", "state": "State", "reason": "Why", "pages": "Addresses"},
    ),
)
"""Every table and view, the ones people look at first."""


def datasette_metadata(name: str = "archive") -> dict[str, Any]:
    """Return metadata for Datasette, JSON-ready: ``datasette archive.db --metadata metadata.json``.

    *name* is the database's name there: the file's name without ``.db``.

    >>> datasette_metadata()["databases"]["archive"]["tables"]["articles"]["title"]
    'Articles'
    """
    tables: dict[str, Any] = {
        table.name: {
            "title": table.title,
            "description": table.description,
            "columns": dict(table.columns),
            **_EXTRAS.get(table.name, {}),
        }
        for table in TABLES
    }
    for hidden in ("articles_fts", "articles_vocabulary"):
        tables[hidden] = {"hidden": True}
    return {
        "title": "A backfile archive",
        "description": "Blog posts as clean records, with every version, kept by backfile.",
        "databases": {name: {"tables": tables}},
    }


_EXTRAS: dict[str, dict[str, Any]] = {
    "articles": {
        "label_column": "title",
        "sort_desc": "published",
        "facets": ["site", "language"],
        "fts_table": "articles_fts",
        "fts_pk": "id",
    },
    "article_list": {"sort_desc": "published", "facets": ["site"], "fts_table": "articles_fts", "fts_pk": "id"},
    "authors": {"label_column": "name"},
    "tags": {"label_column": "name"},
    "sites": {"label_column": "host"},
    "pages": {"label_column": "url", "facets": ["state", "site"]},
    "runs": {"sort_desc": "id"},
    "fetches": {"sort_desc": "id"},
}
