"""Files that appear only when they are complete, compressed when their name says so.

A file is written under a temporary name beside its place, flushed to the disk and renamed. Whoever reads the place sees
the old file or the new one, never half of one. The compressed bytes carry no name and no time, so equal content gives
equal files.
"""

from __future__ import annotations

import glob
import gzip
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from scraper.errors import ExportError

GZIP_LEVEL = 6
ZSTD_LEVEL = 9
"""Levels at which compressing is still faster than reading the archive."""
_BUFFER_BYTES = 1 << 16
"""Bytes handed to the compressor at once: record by record it would spend its time on being called."""
COMPRESSIONS = (".gz", ".zst")
"""File name endings that compress."""
MARKER = "checksums.sha256"
"""The file by which a folder is known to be an earlier export, which a new one may replace."""


@contextmanager
def complete_file(path: Path) -> Iterator[BinaryIO]:
    """Open *path* for writing bytes; it takes its place when the ``with`` block ends without an error.

    Raises ExportError when it cannot be written.
    """
    temporary = _temporary(path)
    try:
        with _as_export_error(path):
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def complete_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; it takes the place of *path* when the ``with`` block ends without an error.

    Raises ExportError when *path* holds something that no export made, or cannot be written.
    """
    if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / MARKER).exists())):
        raise ExportError(
            f"{path} is there already and no export made it", hint="name a new folder, or remove this one yourself"
        )
    temporary = _temporary(path)
    try:
        with _as_export_error(path):
            temporary.mkdir(parents=True)
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _sync_file(file)
            _take_place(temporary, path)
            _sync_folder(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _temporary(path: Path) -> Path:
    """Return the name under which *path* is written, and take away what killed exports of it have left behind."""
    for remains in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        owner = remains.name.removesuffix(".part").rpartition(".")[2]
        if owner.isdigit() and not _is_running(int(owner)):
            with suppress(OSError):
                shutil.rmtree(remains) if remains.is_dir() else remains.unlink()
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


@contextmanager
def compressed(name: str, file: BinaryIO) -> Iterator[BinaryIO]:
    """Yield a stream that compresses into *file* as the ending of *name* asks for: .gz, .zst, or not at all."""
    if name.endswith(".gz"):
        with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=file, mtime=0) as stream:
            yield cast(BinaryIO, stream)
    elif name.endswith(".zst"):
        import zstandard

        with zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file, closefd=False) as stream:
            buffered = io.BufferedWriter(cast(io.RawIOBase, stream), buffer_size=_BUFFER_BYTES)
            yield cast(BinaryIO, buffered)
            buffered.flush()
    else:
        yield file


@contextmanager
def _as_export_error(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"cannot write {path}: {reason[:1].lower()}{reason[1:]}") from error


def _take_place(temporary: Path, path: Path) -> None:
    """Rename *temporary* to *path*; a folder there is moved aside first, since a rename replaces only an empty one."""
    if not path.exists():
        temporary.rename(path)
        return
    aside = path.with_name(f".{path.name}.{os.getpid()}.old")
    path.rename(aside)
    try:
        temporary.rename(path)
    except OSError:
        aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Flush the folder's own entry, where the system lets a folder be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
