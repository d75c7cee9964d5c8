"""Opening the database file, transactions, locks, and SQLite's complaints as one clear line each.

Reading an archive that is up to date needs nothing but the standard library's sqlite3: two header fields tell that
the file is ours and which migrations it has (``schema.py``). Only a file that lacks some is handed to sqlite-utils.

Every connection is in autocommit mode (``isolation_level=None``): a transaction is where ``BEGIN IMMEDIATE`` says so,
and nowhere by surprise. WAL mode lets readers read while one process writes; with ``synchronous=NORMAL`` a killed
process loses nothing that was committed, and a power cut can lose the last commits but never the file's integrity.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote

from pipelines.archive.schema import Schema
from scraper.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, ArchiveTooNew, NotAnArchive

BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process's write before it gives up: a page's takes milliseconds."""
LOCK_WAIT_S = 10.0
"""How long the bringing up to date of an archive waits for another process that does the same."""
_LOCK_POLL_S = 0.05
CACHE_KIB = 16_384
"""SQLite's page cache per connection. A crawl's main process is to stay under 150 MB."""
READ_MMAP_BYTES = 1 << 30
"""How much of the file a reading connection maps into memory, which spares a copy per page; a writer maps nothing."""
JOURNAL_LIMIT_BYTES = 64 << 20
"""To what size the write-ahead log is cut back after a checkpoint."""

CHECKPOINT_PAGES = 4_000
"""How long the write-ahead log grows before it is written into the file (16 MB): pages that many commits touch are then
written once."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_WRITE_VERSION_WAL = 2


def connect(path: Path, schema: Schema, *, readonly: bool, create: bool) -> sqlite3.Connection:
    """Return a connection to the file at *path*, its tables as *schema* has them now.

    With *create* a missing file, and the folder for it, is made. Raises ArchiveError or one of its kinds.
    """
    header = _look_at(path, create=create and not readonly)
    try:
        version = _version_of(path, schema, header)
        if version > schema.version:
            raise ArchiveTooNew(
                str(path),
                f"{path} was made by a later version of backfile (schema {version}, this one knows {schema.version})",
                hint="update backfile",
            )
        if version < schema.version:
            _bring_up_to_date(path, schema)
        return _opened(path, readonly=readonly)
    except sqlite3.Error as error:
        raise told(error, path) from error


def _look_at(path: Path, *, create: bool) -> bytes:
    """Return the file's header, empty where the file is still to be made; raise where it cannot be an archive."""
    if path.is_dir():
        raise NotAnArchive(str(path), f"{path} is a folder, not an archive")
    if not path.exists() or (path.stat().st_size == 0 and create):
        if not create:
            raise ArchiveError(
                str(path), f"there is no archive at {path}", hint="make one with: backfile crawl https://blog.example/"
            )
        _make_folder(path)
        return b""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise ArchiveError(str(path), f"{path} cannot be read: {error.strerror}") from error
    if header[:16] != _MAGIC:
        raise NotAnArchive(str(path), f"{path} is not an archive, nor any other SQLite database")
    _check_length(path, header)
    return header


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(str(path), f"the folder {path.parent} cannot be made: {error.strerror}") from error


def _check_length(path: Path, header: bytes) -> None:
    """Refuse a file shorter than its header says (https://sqlite.org/fileformat.html §1.3).

    Only without a write-ahead log: a process killed during a checkpoint leaves a short file whose rest is in the log.
    """
    log = wal_of(path)
    if log.exists() and log.stat().st_size:
        return
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65_536 if page_size == 1 else page_size
    expected = int.from_bytes(header[28:32], "big") * page_size
    in_sync = header[24:28] == header[92:96]
    length = path.stat().st_size
    if len(header) < _HEADER_BYTES or (in_sync and length < expected):
        raise ArchiveDamaged(
            str(path),
            f"{path} is cut off: it has {length:,} bytes of {expected:,}",
            hint="copy it again from where it came, or go back to a backup",
        )


def wal_of(path: Path) -> Path:
    """Return where SQLite keeps the write-ahead log of the database at *path*."""
    return path.with_name(path.name + "-wal")


def _version_of(path: Path, schema: Schema, header: bytes) -> int:
    """Return the number of migrations the file has; 0 for a new one. Raises NotAnArchive for anybody else's."""
    if not header:
        return 0
    if int.from_bytes(header[68:72], "big") == schema.application_id:
        version = int.from_bytes(header[60:64], "big")
        if version == schema.version:
            return version
    # Otherwise the header may be behind the log.
    connection = _raw_connection(path, readonly=True)
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if application == schema.application_id:
            return version
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise NotAnArchive(str(path), f"{path} is an SQLite database, but not an archive of backfile")
        return 0
    finally:
        connection.close()


def _bring_up_to_date(path: Path, schema: Schema) -> None:
    """Apply the missing migrations, one process at a time."""
    from sqlite_utils import Database

    with exclusive(path, wait_s=LOCK_WAIT_S):
        connection = _raw_connection(path, readonly=False)
        try:
            connection.execute(f"PRAGMA application_id = {schema.application_id}")
            connection.execute("PRAGMA journal_mode = WAL")
            schema.migrate(Database(connection))
            connection.execute(f"PRAGMA user_version = {schema.version}")
        finally:
            connection.close()


def _opened(path: Path, *, readonly: bool) -> sqlite3.Connection:
    # A reader that may write cleans up behind itself: SQLite removes the log and its index when the last connection
    # closes, which a read-only one cannot do. It is kept from writing by query_only all the same.
    tidy = readonly and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    connection = _raw_connection(path, readonly=readonly and not tidy)
    connection.row_factory = sqlite3.Row
    if tidy:
        connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    if readonly:
        connection.execute(f"PRAGMA mmap_size = {READ_MMAP_BYTES}")
    else:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT_BYTES}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def _raw_connection(path: Path, *, readonly: bool) -> sqlite3.Connection:
    """Return a bare connection. A read-only one writes nothing, except the index of a log that is there."""
    mode = "ro" if readonly else "rwc"
    # On a medium that cannot be written SQLite cannot make the log's index either; without a log nobody is writing, and
    # the file may be read as it is.
    still = readonly and not os.access(path.parent, os.W_OK) and not wal_of(path).exists()
    address = f"file:{quote(str(path.absolute()))}?mode={mode}{'&immutable=1' if still else ''}"
    return sqlite3.connect(
        address, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False
    )


@contextlib.contextmanager
def exclusive(path: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock file beside the archive: one run at a time.

    The operating system gives the lock back when the process ends, however it ends, so one that is left behind never
    blocks; what stands in the file only says who holds it. A lock that another process holds for *wait_s* seconds more
    raises ArchiveLocked, which names that process.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        file = lock.open("a+")
    except OSError as error:
        raise ArchiveError(str(path), f"the lock {lock} cannot be made: {error.strerror}") from error
    with file:
        if not _locked(file, wait_s):
            raise ArchiveLocked(
                str(path),
                f"another run is at work on {path}{_holder(file)}",
                hint="wait for it to end (crawl --wait does), or stop it with Ctrl-C",
            )
        _sign(file)
        yield


def _sign(file: IO[str]) -> None:
    """Write into the lock who holds it; a disk that is full does not matter here."""
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]) if sys.argv else ""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with contextlib.suppress(OSError):
        file.seek(0)
        file.truncate()
        file.write(json.dumps({"pid": os.getpid(), "since": since, "command": command}))
        file.flush()


def _holder(file: IO[str]) -> str:
    """Return who holds the lock and since when, as the end of a sentence; "" when the file does not say."""
    try:
        file.seek(0)
        said = json.loads(file.read(1_000))
        return f": process {int(said['pid'])} ({str(said['command'])[:80]}) since {str(said['since'])[:30]}"
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def _locked(file: IO[str], wait_s: float) -> bool:
    """Lock *file*, trying for *wait_s* seconds, and say whether that worked."""
    import fcntl

    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOCK_POLL_S)
        else:
            return True


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn the sqlite3 errors of the block into ArchiveError."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, path) from error


def told(error: sqlite3.Error, path: Path) -> Exception:
    """Return *error* as the ArchiveError that says what to do; a mistake of this program's own comes back as it is."""
    # https://sqlite.org/rescode.html: the low byte is the primary code, the rest refines it.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code not in _SENTENCES:
        return error
    kind, sentence, hint = _SENTENCES[code]
    return kind(str(path), sentence.format(path=path, error=error), hint=hint)


_RESTORE = "backfile verify tells what is wrong; backfile backup makes a copy to go back to"

_SENTENCES: dict[int, tuple[type[ArchiveError], str, str | None]] = {
    sqlite3.SQLITE_BUSY: (ArchiveLocked, "another process is writing to {path}", "try again when it has finished"),
    sqlite3.SQLITE_LOCKED: (ArchiveLocked, "another process is writing to {path}", "try again when it has finished"),
    sqlite3.SQLITE_CORRUPT: (ArchiveDamaged, "{path} is damaged: {error}", _RESTORE),
    sqlite3.SQLITE_NOTADB: (NotAnArchive, "{path} is not an archive, nor any other SQLite database", None),
    sqlite3.SQLITE_FULL: (
        ArchiveError,
        "the disk is full; what was filed in {path} so far is safe",
        "make room and run it again",
    ),
    sqlite3.SQLITE_READONLY: (ArchiveError, "{path} cannot be written: it, or its folder, is read-only", None),
    sqlite3.SQLITE_IOERR: (ArchiveError, "the disk gave an error while {path} was read or written: {error}", None),
    sqlite3.SQLITE_CANTOPEN: (
        ArchiveError,
        "{path} cannot be opened: {error}",
        "is the folder there, and may you write to it?",
    ),
    sqlite3.SQLITE_PERM: (ArchiveError, "{path} may not be opened by you", None),
    sqlite3.SQLITE_TOOBIG: (ArchiveError, "a value is too large for {path}", None),
}
