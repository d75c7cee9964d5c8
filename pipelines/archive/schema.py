"""The archive's tables, as an ordered list of small named migrations, each applied once and then never edited.

A database says what it is in two header fields that cost nothing to read: ``application_id`` marks an archive of this
program, ``user_version`` counts the migrations applied. Opening compares the count with ``Schema.version`` and
imports sqlite-utils (60 ms) only when there is something to do. sqlite-utils keeps the names and times in
``_sqlite_migrations``.

Rules that keep it whole:

- A change of the schema is a new function at the end of this file with ``@ARCHIVE.migration``, never an edit of an
  older one.
- Moments are ISO 8601 text in UTC with milliseconds, ``2021-07-26T09:30:00.000Z`` (``rows.moment``), so that text
  order is time order. ``published`` and ``modified`` are as precise as the page says.
- Nothing is written with INSERT OR REPLACE: it deletes and inserts behind the triggers' back, which leaves the words
  of the old row in the full-text index.
- What each table and column holds is written in ``catalogue.py``; a test finds a column that is missing there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.archive.index_tables import FIRST_INDEX
from pipelines.archive.raw_tables import FIRST_RAW_TABLES
from pipelines.archive.run_tables import FIRST_RUN_TABLES
from pipelines.archive.views import FIRST_VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration = Callable[["Database"], None]


@dataclass(frozen=True, slots=True)
class Schema:
    """What the tables of one kind of file are, and how they came to be."""

    name: str
    """What such a file is called in a message, and the name under which sqlite-utils records the migrations."""
    application_id: int
    """Four letters in the file's header (PRAGMA application_id) that mark such a file."""
    migrations: list[Migration] = field(default_factory=list)
    """Every migration, in order. The name of the function is the name on record."""

    @property
    def version(self) -> int:
        """What ``user_version`` is in a file that is up to date."""
        return len(self.migrations)

    def migration(self, function: Migration) -> Migration:
        """Add *function* to the end of the list; a decorator."""
        self.migrations.append(function)
        return function

    def migrate(self, database: Database) -> None:
        """Apply what *database* lacks, in order, each in a transaction of its own. Raises sqlite3.Error."""
        from sqlite_utils import Migrations

        migrations = Migrations(self.name)
        for function in self.migrations:
            migrations()(function)
        migrations.apply(database)


ARCHIVE = Schema("backfile", int.from_bytes(b"bfle", "big"))
"""The archive itself."""
RAW = Schema("backfile raw pages", int.from_bytes(b"bfrw", "big"))
"""The file of raw pages beside it (``bodies.py``)."""


def _run(database: Database, script: str) -> None:
    """Execute the statements of *script* one by one, because ``executescript`` would end the migration's transaction.

    Statements are separated by a line that holds only ``;``, so that triggers may have semicolons of their own.
    """
    for statement in script.split("\n;\n"):
        if statement.strip():
            database.execute(statement)


@ARCHIVE.migration
def m001_sites_hosts_runs(database: Database) -> None:
    """Whom we visit, what we may ask of them, and when we did."""
    _run(
        database,
        """
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    base_url TEXT,
    title TEXT,
    language TEXT,
    generator TEXT,
    first_seen_at TEXT NOT NULL,
    crawled_at TEXT,
    profile TEXT,
    template TEXT,
    template_version INTEGER NOT NULL DEFAULT 0,
    learn_pages TEXT
)
;
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    next_start_at REAL,
    postponed_until REAL,
    delay_s REAL,
    crawl_delay_s REAL,
    latency_s REAL,
    failures INTEGER NOT NULL DEFAULT 0,
    day TEXT,
    requests_today INTEGER NOT NULL DEFAULT 0,
    robots_body TEXT,
    robots_status INTEGER,
    robots_at TEXT
)
;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL DEFAULT 'crawl',
    starts TEXT NOT NULL DEFAULT '[]',
    settings TEXT NOT NULL DEFAULT '{}',
    version TEXT,
    pid INTEGER,
    started_at TEXT NOT NULL,
    heartbeat_at TEXT,
    finished_at TEXT,
    status TEXT NOT NULL DEFAULT 'running'
        CHECK (status IN ('running', 'done', 'partial', 'failed', 'interrupted')),
    error TEXT,
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    report TEXT NOT NULL DEFAULT '{}'
)
;
CREATE INDEX runs_status ON runs (status)
;
CREATE TABLE run_limits (
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    site TEXT NOT NULL DEFAULT '',
    limit_value INTEGER,
    times INTEGER NOT NULL DEFAULT 1,
    example TEXT,
    PRIMARY KEY (run_id, name, site)
) WITHOUT ROWID
""",
    )


@ARCHIVE.migration
def m002_pages(database: Database) -> None:
    """Every address ever seen, with its answer; the queued ones are the frontier."""
    _run(
        database,
        """
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    seen_as TEXT,
    site TEXT REFERENCES sites (host),
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'archived', 'duplicate', 'skipped', 'failed', 'gone', 'page')),
    reason TEXT,
    page_type TEXT,
    duplicate_of INTEGER REFERENCES pages (id),
    similar_to INTEGER REFERENCES pages (id),
    found_by TEXT,
    found_on INTEGER REFERENCES pages (id),
    found_at TEXT NOT NULL,
    depth INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    kind TEXT,
    family TEXT,
    lease INTEGER REFERENCES runs (id),
    visited_run INTEGER REFERENCES runs (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TEXT,
    status INTEGER,
    checked_at TEXT,
    fetched_at TEXT,
    content_type TEXT,
    etag TEXT,
    last_modified TEXT,
    lastmod TEXT,
    content_hash TEXT,
    text_hash TEXT,
    simhash INTEGER,
    raw_hash TEXT,
    redirect_to TEXT,
    canonical_url TEXT,
    directives TEXT,
    visits INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    changed_at TEXT,
    revisit_at TEXT,
    missing_since TEXT
)
;
CREATE INDEX pages_frontier ON pages (site, priority, id) WHERE state = 'queued'
;
CREATE INDEX pages_site_state ON pages (site, state)
;
CREATE INDEX pages_duplicate_of ON pages (duplicate_of) WHERE duplicate_of IS NOT NULL
;
CREATE INDEX pages_similar_to ON pages (similar_to) WHERE similar_to IS NOT NULL
;
CREATE INDEX pages_found_on ON pages (found_on) WHERE found_on IS NOT NULL
;
CREATE INDEX pages_lease ON pages (lease) WHERE lease IS NOT NULL
;
CREATE INDEX pages_content_hash ON pages (site, content_hash) WHERE content_hash IS NOT NULL
;
CREATE INDEX pages_text_hash ON pages (site, text_hash) WHERE text_hash IS NOT NULL
""",
    )


@ARCHIVE.migration
def m003_articles(database: Database) -> None:
    """One row per filed article: the newest version.

    The long columns stand last, so that the short ones are read cheaply.
    """
    _run(
        database,
        """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL UNIQUE REFERENCES pages (id),
    site TEXT REFERENCES sites (host),
    url TEXT,
    canonical_url TEXT,
    page_type TEXT NOT NULL DEFAULT 'article',
    published TEXT,
    modified TEXT,
    language TEXT,
    reading_minutes INTEGER,
    word_count INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 1,
    first_archived_at TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    gone_at TEXT,
    gone_reason TEXT,
    extractor TEXT,
    template_version INTEGER NOT NULL DEFAULT 0,
    raw_hash TEXT,
    content_hash TEXT NOT NULL,
    record_hash TEXT NOT NULL,
    title TEXT,
    byline TEXT,
    keywords TEXT,
    excerpt TEXT,
    author_bio TEXT,
    text TEXT NOT NULL DEFAULT '',
    grams TEXT,
    related TEXT NOT NULL DEFAULT '[]',
    prev_next TEXT NOT NULL DEFAULT '[]',
    markdown TEXT NOT NULL DEFAULT '',
    html TEXT NOT NULL DEFAULT ''
)
;
CREATE INDEX articles_site_published ON articles (site, published)
;
CREATE INDEX articles_published ON articles (published)
;
CREATE INDEX articles_changed ON articles (changed_at)
;
CREATE INDEX articles_url ON articles (url)
;
CREATE INDEX articles_content_hash ON articles (content_hash)
""",
    )


@ARCHIVE.migration
def m004_authors_tags_images(database: Database) -> None:
    """What an article has several of. ``position`` keeps the page's order."""
    _run(
        database,
        """
CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT '',
    UNIQUE (name, url)
)
;
CREATE TABLE article_authors (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
) WITHOUT ROWID
;
CREATE INDEX article_authors_author ON article_authors (author_id)
;
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
)
;
CREATE TABLE article_tags (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
) WITHOUT ROWID
;
CREATE INDEX article_tags_tag ON article_tags (tag_id)
;
CREATE TABLE images (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    alt TEXT,
    caption TEXT,
    PRIMARY KEY (article_id, position)
) WITHOUT ROWID
""",
    )


@ARCHIVE.migration
def m005_revisions_fetches_links(database: Database) -> None:
    """Old versions, every request made, who links to whom, and which source named which address."""
    _run(
        database,
        """
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    run_id INTEGER REFERENCES runs (id),
    content_hash TEXT NOT NULL,
    raw_hash TEXT,
    extractor TEXT,
    title TEXT,
    published TEXT,
    modified TEXT,
    word_count INTEGER NOT NULL DEFAULT 0,
    silent INTEGER NOT NULL DEFAULT 0 CHECK (silent IN (0, 1)),
    record BLOB,
    UNIQUE (article_id, revision)
)
;
CREATE INDEX revisions_seen ON revisions (seen_at)
;
CREATE INDEX revisions_run ON revisions (run_id)
;
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites (host),
    kind TEXT NOT NULL,
    url TEXT NOT NULL UNIQUE,
    found_by TEXT,
    checked_at TEXT,
    fetched_at TEXT,
    status INTEGER,
    problem TEXT,
    etag TEXT,
    last_modified TEXT,
    lastmod TEXT,
    content_hash TEXT,
    entries INTEGER
)
;
CREATE INDEX sources_site ON sources (site)
;
CREATE TABLE claims (
    source_id INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    page_id INTEGER NOT NULL REFERENCES pages (id),
    lastmod TEXT,
    title TEXT,
    published TEXT,
    PRIMARY KEY (source_id, page_id)
) WITHOUT ROWID
;
CREATE INDEX claims_page ON claims (page_id)
;
CREATE TABLE fetches (
    id INTEGER PRIMARY KEY,
    run_id INTEGER REFERENCES runs (id),
    page_id INTEGER REFERENCES pages (id),
    source_id INTEGER REFERENCES sources (id),
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    status INTEGER,
    outcome TEXT,
    bytes INTEGER,
    elapsed_ms INTEGER,
    detail TEXT,
    raw_hash TEXT
)
;
CREATE INDEX fetches_page ON fetches (page_id)
;
CREATE INDEX fetches_source ON fetches (source_id) WHERE source_id IS NOT NULL
;
CREATE INDEX fetches_run ON fetches (run_id)
;
CREATE TABLE links (
    page_id INTEGER NOT NULL REFERENCES pages (id),
    target_id INTEGER NOT NULL REFERENCES pages (id),
    kind TEXT,
    text TEXT,
    PRIMARY KEY (page_id, target_id)
) WITHOUT ROWID
;
CREATE INDEX links_target ON links (target_id)
""",
    )


@ARCHIVE.migration
def m006_search(database: Database) -> None:
    """The full-text index over the newest versions, kept by triggers, and the searches people have saved.

    ``articles_fts`` holds no text of its own (``content="articles"``, in the quotes by which sqlite-utils and
    Datasette know a table's index): a word is taken out by handing the index the old values, which only a trigger can
    be trusted to do. ``grams`` holds the pairs of neighbouring characters of unspaced scripts (``words.grams``),
    because ``unicode61`` takes a whole Chinese sentence for one word. ``titles_fts`` indexes the titles once more, a
    twentieth of the size: which titles have two frequent words is found there at once.
    """
    _run(database, FIRST_INDEX)


@ARCHIVE.migration
def m007_views(database: Database) -> None:
    """The questions people ask in SQL."""
    _run(database, FIRST_VIEWS)


@ARCHIVE.migration
def m008_exported(database: Database) -> None:
    """What each named export has handed out. No foreign key: a deleted article stays until its end is exported."""
    _run(
        database,
        """
CREATE TABLE exported (
    name TEXT NOT NULL,
    article_id INTEGER NOT NULL,
    url TEXT,
    record_hash TEXT NOT NULL,
    gone_at TEXT,
    PRIMARY KEY (name, article_id)
) WITHOUT ROWID
""",
    )


@ARCHIVE.migration
def m009_site_name_comments_count(database: Database) -> None:
    """What the site calls itself, and how many comments a post has."""
    _run(
        database,
        """
ALTER TABLE articles ADD COLUMN site_name TEXT
;
ALTER TABLE articles ADD COLUMN comments_count INTEGER
""",
    )


@ARCHIVE.migration
def m010_schedules_run_sites(database: Database) -> None:
    """The sites that are crawled by themselves, and what each run did at each site."""
    _run(database, FIRST_RUN_TABLES)


@RAW.migration
def m001_bodies(database: Database) -> None:
    """Raw pages: each body once, by itself, as a difference to another, or as a piece of a packed frame."""
    _run(database, FIRST_RAW_TABLES)
