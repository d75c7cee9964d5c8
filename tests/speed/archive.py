"""How fast the archive files, finds and packs: ``python -m tests.speed archive [PART …] [--articles N] [--folder
PATH]``.

Parts: ``filing`` (new articles, unchanged articles seen again), ``search`` (beside Tantivy when it is installed),
``growth`` (a tenth of the articles against all), ``raw`` (raw pages of the shared sites), ``plans`` (EXPLAIN of the
main queries). Archives are built once per size and kept in the folder. Times are CPU times of this process, so that a
busy machine matters less; of three runs of a query the fastest counts.
"""

from __future__ import annotations

import argparse
import gzip
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipelines import Archive
from pipelines.archive import to_rows
from pipelines.archive.packing import stored_bytes
from pipelines.archive.rows import record_hash
from tests.shared import SHARED
from tests.speed import archives

ARTICLES = 100_000
QUERIES = 200
SHOWN = 20
RUNS = 3
FILED = 5_000
READ_BACK = 200
CHANGE = b"<p>A reader has left one more comment, and the counter says 4,711.</p>"


def filing(folder: Path, _: int) -> Iterator[str]:
    """Yield what filing costs: new articles, one transaction each, and the same ones seen again."""
    made = [
        replace(article, html=f"<p>{article.text}</p>", markdown=article.text) for article in archives.articles(FILED)
    ]
    with tempfile.TemporaryDirectory(dir=folder) as scratch, Archive(Path(scratch) / "archive.db") as archive:
        started = time.process_time()
        for article in made:
            archive.file(article, fetched_at=archives.FETCHED_AT)
        yield f"new articles: {(time.process_time() - started) / FILED * 1e3:.2f} ms each, a transaction each"
        pages = dict(archive.connection.execute("SELECT url, page_id FROM articles").fetchall())
        pairs = [(article, pages[article.url]) for article in made]
        again = _best(lambda: archive.file_many(pairs, fetched_at=archives.FETCHED_AT))
        yield f"unchanged articles seen again, hashed in full: {FILED / again:,.0f} a second"
        rows = [(pages[a.url], record_hash(a), *to_rows(a).article.values()) for a in made]
        columns = ("page_id", "record_hash", *to_rows(made[0]).article)
        upsert = _guarded_upsert(columns)
        again = _best(lambda: archive.connection.executemany(upsert, rows))
        assert archive.verify(quick=True) == ()
        yield f"unchanged rows upserted again, hash at hand: {FILED / again:,.0f} a second"


def _guarded_upsert(columns: tuple[str, ...]) -> str:
    needed = {"first_archived_at": "''", "fetched_at": "''", "changed_at": "''", "content_hash": "''"}
    return (
        f"INSERT INTO articles ({', '.join((*columns, *needed))})"
        f" VALUES ({', '.join('?' * len(columns))}, {', '.join(needed.values())})"
        " ON CONFLICT (page_id) DO UPDATE SET title = excluded.title WHERE record_hash IS NOT excluded.record_hash"
    )


def search(folder: Path, count: int) -> Iterator[str]:
    """Yield how long searches take, top 20 with snippets, beside Tantivy on the same articles in turns."""
    path = folder / f"archive-{count}.db"
    archives.build(path, count)
    peer = _tantivy(folder / f"tantivy-{count}", count)
    kinds = {"any words": archives.queries(QUERIES), "with a rare word": archives.rare_queries(QUERIES)}
    with Archive(path, readonly=True) as archive:
        for kind, lines in kinds.items():
            ours, theirs = [], []
            for line in lines:
                ours.append(_best(partial(archive.search, line, limit=SHOWN)))
                if peer is not None:
                    theirs.append(_best(partial(peer, line)))
            capped = sum(archive.search(line).capped for line in lines)
            yield f"{count:,} articles, {QUERIES} searches, {kind}, {capped} capped: {_quantiles(ours)}"
            if theirs:
                ratios = [_at(ours, q) / _at(theirs, q) for q in (0.5, 0.95)]
                yield f"    Tantivy, every word required: {_quantiles(theirs)}; ratio {ratios[0]:.2f}, {ratios[1]:.2f}"


def growth(folder: Path, count: int) -> Iterator[str]:
    """Yield how search times grow from a tenth of *count* articles to *count*."""
    lines = archives.queries(QUERIES)
    times = {}
    for size in (count // 10, count):
        path = folder / f"archive-{size}.db"
        archives.build(path, size)
        with Archive(path, readonly=True) as archive:
            times[size] = [_best(partial(archive.search, line)) for line in lines]
        yield f"{size:,} articles: {_quantiles(times[size])}"
    yield f"growth of p95: {_at(times[count], 0.95) / _at(times[count // 10], 0.95):.2f}"


def raw(folder: Path, _: int) -> Iterator[str]:
    """Yield what the raw pages of each shared site take against gzip page by page, and how soon one is back."""
    for site in sorted(path.name for path in (SHARED / "sites").iterdir() if path.is_dir()):
        pages = dict(_pages(site))
        alone = sum(len(gzip.compress(body, 6)) for body in pages.values())
        with tempfile.TemporaryDirectory(dir=folder) as scratch, Archive(Path(scratch) / "archive.db") as archive:
            started = time.process_time()
            ids = {name: archive.ensure_page(f"https://{site}/{name}", found_at=archives.FETCHED_AT) for name in pages}
            with archive.transaction():
                for name, body in pages.items():
                    archive.keep_raw(ids[name], body, "text/html", archives.FETCHED_AT)
            keeping = (time.process_time() - started) / len(pages)
            fetched = stored_bytes(archive.raw_store, "")
            changed = _recaptured(archive, ids, pages)
            archive.pack()
            packed = stored_bytes(archive.raw_store, "")
            back = _read_back(archive, ids, pages)
        yield (
            f"{site:15} {len(pages):5} pages: fetched {fetched / alone:.3f} of gzip, {keeping * 1e3:.2f} ms each; "
            f"packed {packed / alone:.3f}; one back in {back:.1f} ms at most; a changed capture {changed:.1%} of a page"
        )


def _pages(site: str) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(SHARED / "sites" / site / "site.tar.xz") as tar:
        for member in tar:
            if member.isfile() and member.name.endswith((".html", ".htm")):
                content = tar.extractfile(member)
                assert content is not None
                yield member.name, content.read()


def _recaptured(archive: Archive, ids: dict[str, int], pages: dict[str, bytes]) -> float:
    """Return what captures with one comment more cost, as a share of the pages by gzip; leaves nothing behind."""
    store = archive.raw_store
    whole, before = 0, stored_bytes(store, "")
    for name in list(pages)[:: max(1, len(pages) // 30)]:
        body = pages[name].replace(b"</body>", CHANGE + b"</body>")
        store.keep("", _url(archive, ids[name]), body, None, "")
        whole += len(gzip.compress(body, 6))
    cost = stored_bytes(store, "") - before
    store.rollback()
    return cost / whole


def _url(archive: Archive, page_id: int) -> str:
    return str(archive.connection.execute("SELECT url FROM pages WHERE id = ?", (page_id,)).fetchone()[0])


def _read_back(archive: Archive, ids: dict[str, int], pages: dict[str, bytes]) -> float:
    """Return the longest time in milliseconds that a page took to come back, with nothing at hand."""
    longest = 0.0
    for name in list(pages)[:: max(1, len(pages) // READ_BACK)]:
        best = float("inf")
        for _ in range(RUNS):
            archive.raw_store.forget()
            started = time.process_time()
            body = archive.raw(ids[name]).body
            best = min(best, time.process_time() - started)
            assert body == pages[name]
        longest = max(longest, best)
    return longest * 1e3


def plans(folder: Path, count: int) -> Iterator[str]:
    """Yield how SQLite goes about the main queries."""
    path = folder / f"archive-{count}.db"
    archives.build(path, count)
    with Archive(path, readonly=True) as archive:
        for name, sql in PLANS.items():
            steps = archive.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            yield f"{name}: {' / '.join(step[3] for step in steps)}"


PLANS = {
    "articles of a site by date": "SELECT id FROM articles WHERE site = 'a' AND published >= '2020' ORDER BY published",
    "an article by its address": "SELECT id FROM pages WHERE url = 'a'",
    "next of the frontier": "SELECT id FROM pages WHERE site = 'a' AND state = 'queued' ORDER BY priority, id LIMIT 1",
    "words": "SELECT rowid, bm25(articles_fts) FROM articles_fts WHERE articles_fts MATCH 'a AND b'",
    "words of a site": "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'a'"
    " AND +rowid IN (SELECT id FROM articles WHERE site = 'a') ORDER BY rowid DESC LIMIT 20",
    "aliases": "SELECT url FROM pages WHERE duplicate_of = 1",
    "versions": "SELECT * FROM revisions WHERE article_id = 1 ORDER BY revision",
    "author": "SELECT article_id FROM article_authors WHERE author_id IN (1, 2)",
}


def _tantivy(folder: Path, count: int) -> Callable[[str], list[Any]] | None:
    """Return a search over the same articles by Tantivy, None where it is not installed."""
    try:
        import tantivy
    except ImportError:
        return None
    builder = tantivy.SchemaBuilder()
    for field in ("title", "text"):
        builder.add_text_field(field, stored=True)
    if not folder.exists():
        folder.mkdir()
        index = tantivy.Index(builder.build(), path=str(folder))
        writer = index.writer(200_000_000, 1)
        for article in archives.articles(count):
            writer.add_document(tantivy.Document(title=article.title, text=article.text))
        writer.commit()
        writer.wait_merging_threads()
    index = tantivy.Index.open(str(folder))
    searcher = index.searcher()

    def run(line: str) -> list[Any]:
        query, _ = index.parse_query_lenient(
            line, ["title", "text"], field_boosts={"title": 8.0}, conjunction_by_default=True
        )
        generator = tantivy.SnippetGenerator.create(searcher, query, index.schema, "text")
        found = []
        for score, address in searcher.search(query, SHOWN).hits:
            document = searcher.doc(address)
            piece = generator.snippet_from_doc(document)
            found.append((score, document["title"], piece.fragment(), piece.highlighted()))
        return found

    return run


def _best(work: Callable[[], object]) -> float:
    """Return the shortest CPU time in seconds of RUNS runs of *work*."""
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def _at(times: list[float], quantile: float) -> float:
    return sorted(times)[int(len(times) * quantile)]


def _quantiles(times: list[float]) -> str:
    return f"p50 {_at(times, 0.5) * 1e3:.2f} ms, p95 {_at(times, 0.95) * 1e3:.2f} ms, worst {max(times) * 1e3:.2f} ms"


PARTS = {"filing": filing, "search": search, "growth": growth, "raw": raw, "plans": plans}


def main() -> None:
    """Print what is asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", default=["filing", "search", "raw", "plans"], choices=[*PARTS, []])
    parser.add_argument("--articles", type=int, default=ARTICLES, metavar="N")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "backfile-speed", metavar="PATH")
    asked = parser.parse_args()
    if not SHARED.is_dir():
        print("archive: the shared corpora are not beside this checkout")
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    for part in asked.part:
        print(f"-- {part}")
        for line in PARTS[part](asked.folder, asked.articles):
            print(line, flush=True)
