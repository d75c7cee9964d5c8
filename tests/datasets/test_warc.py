"""WARC files are read record by record: only pages come out, and nothing broken stops the rest."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.datasets.warc import captures, unchunked
from scraper.errors import BackfileError


def warc_record(
    kind: str, payload: bytes, url: str = "https://blog.example/a/", content_type: str = "application/http"
) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-04T09:30:00Z\r\n"
        f"Content-Type: {content_type}; msgtype=response\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload + b"\r\n\r\n"


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *headers])
    return lines.encode() + b"\r\n\r\n" + body


INFO = warc_record("warcinfo", b"software: something\r\n", content_type="application/warc-fields")


def test_only_successful_responses_come_out(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(
        INFO
        + warc_record("request", b"GET / HTTP/1.1\r\n\r\n")
        + warc_record("response", response(b"<p>gone", status="404 Not Found"), "https://blog.example/b/")
        + warc_record("response", response(b"<p>low tide"), "<https://blog.example/c/>")
    )
    (found,) = captures(path)
    assert (found.url, found.body, found.fetched_at) == (
        "https://blog.example/c/",
        b"<p>low tide",
        "2024-05-04T09:30:00Z",
    )
    assert found.content_type == "text/html; charset=utf-8"


def test_gzip_members_and_codings_are_undone(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    squeezed = response(gzip.compress(b"<p>ebb"), "Content-Encoding: gzip")
    chunked = response(b"3\r\n<p>\r\n5\r\nflood\r\n0\r\n\r\n", "Transfer-Encoding: chunked")
    records = [INFO, warc_record("response", squeezed), warc_record("response", chunked)]
    path.write_bytes(b"".join(gzip.compress(record) for record in records))
    assert [capture.body for capture in captures(path)] == [b"<p>ebb", b"<p>flood"]


def test_a_broken_record_does_not_stop_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    broken = response(b"not gzip at all", "Content-Encoding: gzip")
    strange = response(b"...", "Content-Encoding: br")
    path.write_bytes(
        warc_record("response", broken)
        + warc_record("response", strange)
        + warc_record("response", b"")
        + warc_record("response", response(b"<p>well"))
    )
    assert [capture.body for capture in captures(path)] == [b"<p>well"]


def test_a_compression_bomb_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    bomb = response(gzip.compress(bytes(64 * 1024 * 1024)), "Content-Encoding: gzip")
    path.write_bytes(warc_record("response", bomb) + warc_record("response", response(b"<p>well")))
    assert [capture.body for capture in captures(path)] == [b"<p>well"]


def test_a_cut_file_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    whole = warc_record("response", response(b"<p>one")) + warc_record("response", response(b"<p>two"))
    path.write_bytes(whole[:-20])
    assert next(iter(captures(path))).body == b"<p>one"


def test_another_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(BackfileError, match="expected a WARC file"):
        list(captures(path))


@pytest.mark.parametrize("body", [b"", b"5", b"5\r\nab", b"zz\r\nabc", b"-4\r\nabcd", b"fffffffffffff\r\nabc"])
def test_unchunking_never_raises(body: bytes) -> None:
    assert isinstance(unchunked(body), bytes)
