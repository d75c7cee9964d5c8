"""Raw pages: every byte comes back, at every stage, and what they cost."""

from __future__ import annotations

import gzip
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.archive import Archive, packing
from pipelines.archive.bodies import RawStore, difference, undone
from scraper.errors import NotFound

AT = "2024-01-01T00:00:00.000Z"


def theme(body: str) -> bytes:
    chance = random.Random(3)
    frame = " ".join(f'<div class="c{chance.randrange(10**9)}">{chance.random()}</div>' for _ in range(150))
    return f"<html><head>{frame}</head><body>{body}</body></html>".encode()


def post(number: int, words: int = 300) -> bytes:
    chance = random.Random(number)
    return theme(" ".join("".join(chance.choices("abcdefghij", k=6)) for _ in range(words)))


@given(st.binary(max_size=2_000), st.binary(max_size=2_000))
def test_a_difference_gives_the_body_back(base: bytes, body: bytes) -> None:
    assert undone(base, difference(base, body, 3), len(body)) == body


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=300)), max_size=12), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, pages: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    store = RawStore(tmp_path_factory.mktemp("raw") / "archive.raw.db", readonly=False)
    try:
        kept = {}
        for name, body in pages:
            kept[store.keep("blog.example", f"https://blog.example/{name}", body, "text/html", AT)] = body
            store.commit()
            if data.draw(st.booleans()):
                packing.pack(store)
        assert {hashed: store.get(hashed).body for hashed in kept} == kept
        packing.pack(store)
        store.close()
        assert {hashed: store.get(hashed).body for hashed in kept} == kept
    finally:
        store.close()


def test_pages_of_a_site_share_their_theme(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        bodies = {}
        for number in range(40):
            page = archive.ensure_page(f"https://blog.example/{number:02}", found_at=AT)
            bodies[page] = post(number)
            archive.keep_raw(page, bodies[page], "text/html; charset=utf-8", AT)
        store = archive.raw_store
        alone = sum(len(gzip.compress(body)) for body in bodies.values())
        fetched = packing.stored_bytes(store, "")
        report = archive.pack()
        assert fetched < alone * 0.5
        assert report.bytes_after < alone * 0.3
        assert (report.pages, report.bytes_before, report.raw_bytes) == (40, fetched, sum(map(len, bodies.values())))
        assert all(archive.raw(page).body == body for page, body in bodies.items())
        assert [page for page, _ in archive.raw_pages()] == list(bodies)
        assert archive.raw(1).content_type == "text/html; charset=utf-8"
        assert archive.pack().pages == 0
        assert archive.verify() == ()


def test_a_capture_of_a_changed_page_costs_a_tenth_at_most(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        page = archive.ensure_page("https://blog.example/1", found_at=AT)
        first = archive.keep_raw(page, post(1), "text/html", AT)
        whole = packing.stored_bytes(archive.raw_store, "")
        captures = {first: post(1)}
        for number in range(2, 8):
            body = post(1).replace(b"</body>", f"<p>comment {number}</p></body>".encode())
            captures[archive.keep_raw(page, body, "text/html", AT)] = body
        each = (packing.stored_bytes(archive.raw_store, "") - whole) / 6
        assert each < whole * 0.1
        for _ in range(2):
            assert {hashed: archive.raw(page, raw_hash=hashed).body for hashed in captures} == captures
            assert archive.raw(page).raw_hash == list(captures)[-1]
            archive.pack()


def test_a_rewritten_page_is_what_later_captures_lean_on(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        page = archive.ensure_page("https://blog.example/1", found_at=AT)
        sizes = []
        for body in (post(1), post(2), post(2) + b"<p>comment</p>", post(3), post(3) + b"<p>comment</p>"):
            before = packing.stored_bytes(archive.raw_store, "")
            archive.keep_raw(page, body, None, AT)
            sizes.append(packing.stored_bytes(archive.raw_store, "") - before)
            assert archive.raw(page).body == body
        assert sizes[2] < sizes[1] * 0.1
        assert sizes[4] < sizes[3] * 0.1


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        one = archive.ensure_page("https://blog.example/1", found_at=AT)
        two = archive.ensure_page("https://blog.example/2", found_at=AT)
        assert archive.keep_raw(one, post(1), None, AT) == archive.keep_raw(two, post(1), None, AT)
        assert archive.raw_store.connection.execute("SELECT count(*) FROM bodies").fetchone()[0] == 1
        assert archive.raw(two).body == post(1)


def test_new_pages_join_loose_frames(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for number in range(6):
            page = archive.ensure_page(f"https://blog.example/{number}", found_at=AT)
            archive.keep_raw(page, post(number), None, AT)
            archive.pack()
        assert archive.raw_store.connection.execute("SELECT count(*) FROM frames").fetchone()[0] == 1
        assert [raw.body for _, raw in archive.raw_pages()] == [post(number) for number in range(6)]


def test_large_sites_have_a_dictionary_and_several_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "FRAME_BYTES", 60_000)
    monkeypatch.setattr(packing, "DICTIONARY_FROM_BYTES", 120_000)
    with Archive(tmp_path / "archive.db") as archive:
        for number in range(40):
            page = archive.ensure_page(f"https://blog.example/{number:02}", found_at=AT)
            archive.keep_raw(page, post(number), None, AT)
        told: list[tuple[str, int]] = []
        report = archive.pack(report=lambda site, pages: told.append((site, pages)))
        assert report.frames > 3
        assert told[-1] == ("", 40)
        assert archive.raw_store.connection.execute("SELECT count(*) FROM dictionaries").fetchone()[0] == 1
        assert [raw.body for _, raw in archive.raw_pages()] == [post(number) for number in range(40)]


PACKER = """
import sys
from pipelines.archive import Archive, packing
packing.FRAME_BYTES = 40_000
packing.DICTIONARY_FROM_BYTES = 80_000
with Archive(sys.argv[1], create=False) as archive:
    archive.pack(report=lambda site, pages: print(pages, flush=True))
"""


def test_packing_may_be_killed(tmp_path: Path) -> None:
    where = tmp_path / "archive.db"
    with Archive(where) as archive, archive.transaction():
        for number in range(40):
            page = archive.ensure_page(f"https://blog.example/{number:02}", found_at=AT)
            archive.keep_raw(page, post(number), None, AT)
    for frames in (1, 3):
        packer = subprocess.Popen([sys.executable, "-c", PACKER, str(where)], stdout=subprocess.PIPE)
        assert packer.stdout is not None
        for _ in range(frames):
            packer.stdout.readline()
        packer.send_signal(signal.SIGKILL)
        packer.stdout.close()
        packer.wait()
        with Archive(where) as archive:
            assert archive.verify() == ()
            assert [raw.body for _, raw in archive.raw_pages()] == [post(number) for number in range(40)]
    with Archive(where) as archive:
        packed = "SELECT count(*) FROM bodies WHERE frame_id IS NOT NULL"
        assert archive.raw_store.connection.execute(packed).fetchone()[0] > 0


def test_what_is_not_kept_is_not_found(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        page = archive.ensure_page("https://blog.example/1", found_at=AT)
        with pytest.raises(NotFound, match=r"no raw page of https://blog\.example/1"):
            archive.raw(page)
        with pytest.raises(NotFound, match="no page 99"):
            archive.keep_raw(99, b"", None, AT)
        archive.keep_raw(page, b"", None, AT)
        assert archive.raw(page).body == b""
        with pytest.raises(NotFound, match="is not in"):
            archive.raw(page, raw_hash="0" * 32)
