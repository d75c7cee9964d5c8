"""Opening what may be anything, errors as one clear line, damage found, killed writers, readers meanwhile, backups."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.archive import Archive, datasette_metadata, db
from pipelines.archive.catalogue import TABLES
from pipelines.archive.revisions import packed
from pipelines.archive.schema import ARCHIVE, RAW
from scraper.article import Article, Author
from scraper.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveLocked,
    ArchiveTooNew,
    NotAnArchive,
    NotFound,
)

AT = "2024-01-01T00:00:00.000Z"
POST = Article(url="https://blog.example/1", site="blog.example", title="On Tides", text="The tide table. " * 30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an archive with two versions of one article and its raw page, closed."""
    where = tmp_path / "archive.db"
    with Archive(where) as archive, archive.transaction():
        page = archive.ensure_page(POST.url or "", site=None, found_at=AT)
        kept = archive.keep_raw(page, b"<p>The tide table.</p>" * 50, "text/html", AT)
        archive.file(POST, page_id=page, fetched_at=AT, raw_hash=kept)
        archive.file(replace(POST, title="Tides"), page_id=page, fetched_at="2024-02-01T00:00:00Z")
    return where


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


# What may be at the path


def test_an_archive_is_made_where_there_is_none(tmp_path: Path) -> None:
    where = tmp_path / "deep" / "down" / "archive.db"
    with Archive(where) as archive:
        assert archive.count() == 0
        assert archive.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    with pytest.raises(ArchiveError, match="there is no archive at"):
        Archive(tmp_path / "none.db", create=False)
    with pytest.raises(ArchiveError, match="there is no archive at"):
        Archive(tmp_path / "none.db", readonly=True)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>not a database</html>" * 200, "is not an archive"),
        (b"short", "is not an archive"),
        (b"SQLite format 3\0" + b"garbage" * 900, "is"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    where = tmp_path / "archive.db"
    where.write_bytes(content)
    for readonly in (True, False):
        with pytest.raises((NotAnArchive, ArchiveDamaged), match=words) as caught:
            Archive(where, readonly=readonly)
        assert "\n" not in str(caught.value)
    assert where.read_bytes() == content


def test_readers_leave_nothing_behind(path: Path) -> None:
    before = sorted(file.name for file in path.parent.iterdir())
    with Archive(path, readonly=True) as archive:
        assert archive.search("tide").total == 1
        assert archive.raw(1).body
    assert sorted(file.name for file in path.parent.iterdir()) == before
    assert not any(name.endswith(("-wal", "-shm")) for name in before)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    where = tmp_path / "other.db"
    sql(where, "CREATE TABLE mine (x)")
    before = where.read_bytes()
    with pytest.raises(NotAnArchive, match="not an archive of backfile"):
        Archive(where)
    assert where.read_bytes() == before
    with pytest.raises(NotAnArchive, match="is a folder"):
        Archive(tmp_path)


def test_a_later_versions_archive_is_refused(path: Path) -> None:
    sql(path, f"PRAGMA user_version = {ARCHIVE.version + 1}")
    with pytest.raises(ArchiveTooNew, match="later version") as caught:
        Archive(path)
    assert caught.value.hint == "update backfile"


def test_an_earlier_versions_archive_is_brought_up_to_date(tmp_path: Path) -> None:
    where = tmp_path / "archive.db"
    whole = list(ARCHIVE.migrations)
    del ARCHIVE.migrations[-1]
    try:
        Archive(where).close()
    finally:
        ARCHIVE.migrations[:] = whole
    with Archive(where, readonly=True) as archive:
        assert archive.connection.execute("PRAGMA user_version").fetchone()[0] == len(whole)
        assert archive.sites() == ()
    names = [row[0] for row in closing_rows(where, "SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert names == [function.__name__ for function in whole]


def closing_rows(path: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_cut_off_file_is_damaged(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    for readonly in (True, False):
        with pytest.raises(ArchiveDamaged, match="is cut off"):
            Archive(path, readonly=readonly)


def test_scribbled_pages_are_damaged_not_a_traceback(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(2, 60):
            file.seek(page * 4096 + 8)
            file.write(random.Random(page).randbytes(900))
    try:
        with Archive(path) as archive:
            problems = archive.verify()
        assert problems
    except ArchiveDamaged:
        pass


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "chflags"), reason="the superuser may write everywhere")
def test_a_read_only_folder_can_be_read(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with Archive(path, readonly=True) as archive:
            assert archive.search("tide").total == 1
        with Archive(path) as archive, pytest.raises(ArchiveError, match="read-only"):
            archive.file(POST, fetched_at=AT)
    finally:
        path.parent.chmod(0o755)


def test_a_read_only_archive_refuses_to_be_written(path: Path) -> None:
    with Archive(path, readonly=True) as archive, pytest.raises(ArchiveError, match="read-only"):
        archive.file(POST, fetched_at=AT)


def test_a_full_disk_loses_nothing_that_was_filed(path: Path) -> None:
    with Archive(path) as archive:
        pages = archive.connection.execute("PRAGMA page_count").fetchone()[0]
        archive.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(ArchiveError, match="the disk is full"):
            archive.file(Article(url="https://blog.example/2", text="word " * 90_000), fetched_at=AT)
        assert not archive.connection.in_transaction
        assert archive.count() == 1
        archive.connection.execute("PRAGMA max_page_count = 1000000")
        archive.file(Article(url="https://blog.example/2", text="word " * 900), fetched_at=AT)
        assert archive.verify() == ()


def test_a_locked_archive_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 1)
    with Archive(path) as one, Archive(path) as other, one.transaction():
        with pytest.raises(ArchiveLocked, match="another process is writing"):
            other.file(POST, fetched_at=AT)
        assert other.search("tide").total == 1


def test_one_run_at_a_time(path: Path) -> None:
    with Archive(path) as one, Archive(path) as other:
        with one.run_lock(), pytest.raises(ArchiveLocked, match="another run is at work"), other.run_lock():
            pass
        with other.run_lock():
            pass


# The tables in words, and other tools


def test_every_table_view_and_column_is_described(path: Path) -> None:
    with Archive(path) as archive:
        described = {table.name: list(table.columns) for table in TABLES}
        hidden = ("articles_fts", "titles_fts", "articles_vocabulary", "sqlite_", "_sqlite")
        standing = {
            name: [row[1] for row in archive.connection.execute(f"PRAGMA table_info({name})")]
            for (name,) in archive.connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            if not name.startswith(hidden)
        }
    assert described == standing


def test_the_contracts_tables_are_there(path: Path) -> None:
    contract = "sites pages articles authors article_authors tags article_tags links images revisions runs fetches"
    with Archive(path) as archive:
        tables = dict(archive.connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
        assert {*contract.split(), "articles_fts"} <= set(tables)
        assert 'content="articles"' in tables["articles_fts"]
        keys = sum(len(archive.connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()) for name in tables)
        assert keys > 20


def test_sqlite_utils_and_datasette_can_read_it(path: Path) -> None:
    from sqlite_utils import Database

    database = Database(path)
    try:
        assert database["articles"].detect_fts() == "articles_fts"  # type: ignore[union-attr]
        assert [row["title"] for row in database["articles"].search("tide")] == ["Tides"]  # type: ignore[union-attr]
        assert database["article_list"].count == 1
    finally:
        database.close()
    metadata = datasette_metadata("archive")["databases"]["archive"]["tables"]
    assert metadata["articles"]["columns"]["title"]
    assert metadata["articles_fts"] == {"hidden": True}


# Damage


def break_index(path: Path) -> None:
    sql(path, "DROP TRIGGER articles_fts_update", "UPDATE articles SET text = 'other words altogether'")


DAMAGE: dict[str, Callable[[Path], None]] = {
    "search index": break_index,
    "article": lambda path: sql(path, "UPDATE articles SET excerpt = 'not what was filed'"),
    "foreign key": lambda path: sql(path, "INSERT INTO links VALUES (1, 4711, NULL, NULL)"),
    "version": lambda path: sql(path, "DELETE FROM revisions WHERE revision = 1"),
    "raw page": lambda path: sql(path, "UPDATE pages SET raw_hash = 'feedbeef'"),
}


@pytest.mark.parametrize("what", sorted(DAMAGE))
def test_verify_finds(path: Path, what: str) -> None:
    with Archive(path) as archive:
        assert archive.verify() == ()
    DAMAGE[what](path)
    with Archive(path) as archive:
        assert what in {problem.what for problem in archive.verify()}


def test_verify_reads_every_version_and_raw_page(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE revisions SET record = ? WHERE revision = 1", (packed(Article(title="Forged")),))
    raw = path.with_name("archive.raw.db")
    with closing(sqlite3.connect(raw)) as connection, connection:
        data = bytearray(connection.execute("SELECT data FROM bodies").fetchone()[0])
        data[len(data) // 2] ^= 1
        connection.execute("UPDATE bodies SET data = ?", (bytes(data),))
    with Archive(path) as archive:
        found = {problem.what for problem in archive.verify()}
        assert found == {"version", "raw page"}
        with pytest.raises(ArchiveDamaged):
            archive.raw(1)


# Killed, and read meanwhile

WRITER = """
import sys
from pipelines.archive import Archive
from scraper.article import Article
at = "2024-01-01T00:00:00.000Z"
with Archive(sys.argv[1]) as archive:
    start = archive.count()
    print("ready", flush=True)
    for number in range(start, start + 100_000):
        text = f"Post {number}. " + "The tide table hangs in the harbour. " * (number % 40)
        url = f"https://blog.example/{number % 150}"
        with archive.transaction():
            page = archive.ensure_page(url, site=None, found_at=at)
            raw = archive.keep_raw(page, text.encode() * 3, "text/html", at)
            archive.file(Article(url=url, site="blog.example", title=f"Post {number}", text=text), page_id=page,
                         fetched_at=at, raw_hash=raw)
        print(number, flush=True)
"""


def start_writer(path: Path) -> subprocess.Popen[bytes]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    return writer


def stop(writer: subprocess.Popen[bytes]) -> int:
    """Kill the writer and return the number of the last post it said it had committed, -1 for none."""
    writer.send_signal(signal.SIGKILL)
    assert writer.stdout is not None
    lines = [line for line in writer.stdout.read().split(b"\n") if line.isdigit()]
    writer.stdout.close()
    writer.wait()
    return int(lines[-1]) if lines else -1


def test_a_killed_writer_leaves_a_sound_archive_with_everything_it_committed(tmp_path: Path) -> None:
    where = tmp_path / "archive.db"
    chance = random.Random(5)
    for _ in range(4):
        writer = start_writer(where)
        assert writer.stdout is not None
        for _ in range(chance.randint(1, 60)):
            writer.stdout.readline()
        last = stop(writer)
        with Archive(where) as archive:
            assert archive.verify() == ()
            titles = {stored.article.title for stored in archive.articles()}
            if last >= 0:
                assert f"Post {last}" in titles or f"Post {last + 1}" in titles
            assert all(archive.raw(stored.page_id).body for stored in archive.articles())


def test_two_readers_read_while_one_writes(tmp_path: Path) -> None:
    where = tmp_path / "archive.db"
    writer = start_writer(where)
    assert writer.stdout is not None
    writer.stdout.readline()
    problems: list[str] = []

    def read() -> None:
        counts = []
        with Archive(where, readonly=True) as archive:
            for _ in range(25):
                hits = archive.search("post", limit=5)
                counts.append(hits.total)
                for hit in hits:
                    if archive.get(hit.id).article.text[:4] != "Post":
                        problems.append(f"article {hit.id} is not whole")
        if counts != sorted(counts):
            problems.append(f"articles vanished: {counts}")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    with Archive(where, readonly=True) as archive:
        archive.backup(tmp_path / "copy.db")
    stop(writer)
    assert problems == []
    with Archive(tmp_path / "copy.db") as copy:
        assert copy.verify() == ()
        assert copy.count() > 0
        assert all(copy.raw(stored.page_id).body for stored in copy.articles())


def test_a_backup_never_writes_over_a_file(path: Path) -> None:
    with Archive(path) as archive:
        with pytest.raises(ArchiveError, match="is there already"):
            archive.backup(path)
        archive.backup(path.with_name("copy.db"))
    assert {"copy.db", "copy.raw.db"} <= {file.name for file in path.parent.iterdir()}
    with Archive(path.with_name("copy.db"), readonly=True) as copy:
        assert copy.verify() == ()
        assert copy.raw(1).body.startswith(b"<p>The tide")


def test_an_archive_works_without_its_raw_file(path: Path) -> None:
    for file in path.parent.glob("archive.raw.db*"):
        file.unlink()
    with Archive(path, readonly=True) as archive:
        assert archive.search("tide").total == 1
        assert archive.verify() == ()
        with pytest.raises(NotFound, match="has no raw pages"):
            archive.raw(1)
        with pytest.raises(NotFound, match="has no raw pages"):
            next(archive.raw_pages())


def test_authors_with_odd_names_survive(path: Path) -> None:
    odd = replace(POST, url="https://blog.example/odd", authors=(Author(""), Author("a, b"), Author("\0")))
    with Archive(path) as archive:
        filed = archive.file(odd, fetched_at=AT)
        assert archive.get(filed.article_id).article == odd
        assert archive.verify() == ()


@pytest.fixture(autouse=True)
def _schemas_stay_as_they_are() -> Iterator[None]:
    before = [list(schema.migrations) for schema in (ARCHIVE, RAW)]
    yield
    assert [list(schema.migrations) for schema in (ARCHIVE, RAW)] == before
