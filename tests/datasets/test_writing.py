"""Files appear complete or not at all, and equal content makes equal bytes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from pipelines.datasets.writing import MARKER, complete_file, complete_folder, compressed
from scraper.errors import ExportError


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old")
    with complete_file(path) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert left_over(tmp_path) == []


def test_an_interrupted_file_leaves_the_old_one_and_no_half(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old")

    def write_half() -> None:
        with complete_file(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_text() == "old"
    assert left_over(tmp_path) == []


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no such file"), complete_file(tmp_path / "missing" / "a.jsonl"):
        pytest.fail("opened")


def test_a_folder_takes_its_place_at_the_end_and_again(tmp_path: Path) -> None:
    path = tmp_path / "out"
    for text in ("one", "two"):
        with complete_folder(path) as folder:
            (folder / "text").write_text(text)
            (folder / MARKER).write_text("")
        assert (path / "text").read_text() == text
    assert left_over(tmp_path) == []


def test_a_folder_that_no_export_made_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(ExportError, match="no export made it"), complete_folder(path):
        pytest.fail("opened")
    assert (path / "thesis.txt").read_text() == "ten years of work"


def test_an_interrupted_folder_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with complete_folder(path) as folder:
        (folder / MARKER).write_text("")

    def write_half() -> None:
        with complete_folder(path) as folder:
            (folder / "half").write_text("")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [file.name for file in path.iterdir()] == [MARKER]
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "undo"),
    [
        ("a.jsonl", bytes),
        ("a.jsonl.gz", gzip.decompress),
        ("a.jsonl.zst", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    ],
)
def test_the_name_decides_on_compression_and_nothing_else_is_in_the_bytes(
    tmp_path: Path, name: str, undo: object
) -> None:
    made = []
    for folder in ("x", "y"):
        path = tmp_path / folder / (folder + name)
        path.parent.mkdir()
        with complete_file(path) as file, compressed(name, file) as stream:
            for number in range(1000):
                stream.write(b"line %d\n" % number)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    assert undo(made[0]).endswith(b"line 999\n")  # type: ignore[operator]
