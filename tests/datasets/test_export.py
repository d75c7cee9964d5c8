"""What leaves the archive: every record valid, the same bytes each time, nothing that acts on the reader's machine."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import zstandard

from pipelines import export
from pipelines.archive import Archive
from pipelines.datasets import FORMATS
from pipelines.datasets.csv_table import FORMULA_STARTS
from pipelines.datasets.formats import format_of
from pipelines.datasets.markdown import file_name
from pipelines.datasets.records import EXPORT_KEYS
from scraper.errors import ExportError
from scraper.resources import data_path
from tests.datasets.conftest import POSTS


@pytest.fixture(scope="session")
def valid() -> jsonschema.Draft202012Validator:
    schema = json.loads(data_path("schemas", "record.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_every_line_is_a_valid_record(shore: Archive, tmp_path: Path, valid: jsonschema.Draft202012Validator) -> None:
    report = export(shore, tmp_path / "a.jsonl")
    records = lines(tmp_path / "a.jsonl")
    assert (report.articles, len(records), report.format) == (6, 6, "jsonl")
    assert report.bytes == (tmp_path / "a.jsonl").stat().st_size
    for record in records:
        valid.validate(record)
        assert tuple(record) == EXPORT_KEYS
    by_url = {record["url"]: record for record in records}
    for article in POSTS[:-1]:
        mine = {key: by_url[article.url][key] for key in article.to_dict()}
        assert mine == article.to_dict()


def test_the_schema_finds_faults(valid: jsonschema.Draft202012Validator, shore: Archive, tmp_path: Path) -> None:
    export(shore, tmp_path / "a.jsonl")
    record = lines(tmp_path / "a.jsonl")[0]
    for key, wrong in (("published", "26 July"), ("authors", ["Ida"]), ("word_count", -1), ("id", None), ("extra", 1)):
        assert not valid.is_valid({**record, key: wrong}), key
    for key in record:
        assert not valid.is_valid({name: value for name, value in record.items() if name != key}), key


def test_a_page_that_asks_not_to_be_archived_is_left_out_and_counted(shore: Archive, tmp_path: Path) -> None:
    report = export(shore, tmp_path / "a.jsonl")
    assert report.left_out == {"noarchive": 1}
    assert "Please do not keep this" not in (tmp_path / "a.jsonl").read_text(encoding="utf-8")


def test_a_page_that_robots_txt_excludes_by_now_is_left_out_and_counted(shore_db: Path, tmp_path: Path) -> None:
    db = Path(shutil.copy(shore_db, tmp_path / "archive.db"))
    with Archive(db) as archive:
        before = export(archive, tmp_path / "a.jsonl").articles
        archive.connection.execute("UPDATE pages SET robots_rule = 'Disallow: /' WHERE id = 1")
        report = export(archive, tmp_path / "b.jsonl")
    assert report.left_out == {"noarchive": 1, "robots.txt": 1}
    assert report.articles == before - 1


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.json", "a.csv", "notes", "set/"])
def test_the_same_archive_gives_the_same_bytes(shore: Archive, tmp_path: Path, name: str) -> None:
    digests = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        out = tmp_path / folder / name
        export(shore, out, format="markdown" if name == "notes" else None)
        files = sorted(out.rglob("*")) if out.is_dir() else [out]
        digests.append(
            [
                (str(f.relative_to(tmp_path / folder)), hashlib.sha256(f.read_bytes()).digest())
                for f in files
                if f.is_file()
            ]
        )
    assert digests[0] == digests[1]
    assert digests[0]


def test_compression_changes_nothing_but_the_size(shore: Archive, tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
        export(shore, tmp_path / name)
    plain = (tmp_path / "a.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == plain
    squeezed = (tmp_path / "a.jsonl.zst").read_bytes()
    assert zstandard.ZstdDecompressor().decompressobj().decompress(squeezed) == plain


def test_json_is_one_array_of_the_same_records(shore: Archive, tmp_path: Path) -> None:
    export(shore, tmp_path / "a.json")
    export(shore, tmp_path / "a.jsonl")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == lines(tmp_path / "a.jsonl")


def test_filters_and_fields(shore: Archive, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    assert export(shore, out, site="other.example").articles == 1
    assert export(shore, out, since="2021-07", until="2021-07-26", tag="moon").articles == 3
    assert export(shore, out, query="neap", fields=("title", "id")).articles == len(lines(out))
    assert all(list(record) == ["title", "id"] for record in lines(out))
    with pytest.raises(ExportError, match="no field colour"):
        export(shore, out, fields=("title", "colour"))
    with pytest.raises(ExportError, match="no format xml"):
        export(shore, out, format="xml")


def test_an_empty_selection_is_an_empty_file(shore: Archive, tmp_path: Path) -> None:
    for name, text in (("a.jsonl", ""), ("a.json", "[]\n")):
        assert export(shore, tmp_path / name, site="nowhere.example").articles == 0
        assert (tmp_path / name).read_text() == text


def test_csv_runs_no_formula(shore: Archive, tmp_path: Path) -> None:
    export(shore, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert tuple(rows[0]) == EXPORT_KEYS
    assert not [cell for row in rows for cell in row.values() if cell.startswith(FORMULA_STARTS)]
    formula = next(row for row in rows if "HYPERLINK" in row["title"])
    assert formula["title"] == '\'=HYPERLINK("http://evil.example","click")'
    assert formula["text"] == "'@sum\tof\nthings"
    assert formula["tags"] == "'+1; x"
    assert formula["authors"] == "Ida Strand; Per"
    assert json.loads(formula["related"])[0]["title"] == "B"


def test_standard_output(shore: Archive, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    report = export(shore, "-")
    out = capfdbinary.readouterr().out
    export(shore, tmp_path / "a.jsonl")
    assert out == (tmp_path / "a.jsonl").read_bytes()
    assert report.bytes == len(out)
    with pytest.raises(ExportError, match="standard output cannot hold"):
        export(shore, "-", format="markdown")


def front(text: str) -> dict[str, Any]:
    head = text.split("---\n")[1]
    return {key: json.loads(value) for key, value in (line.split(": ", 1) for line in head.splitlines())}


def test_markdown_is_one_file_per_article_with_its_facts(shore: Archive, tmp_path: Path) -> None:
    report = export(shore, tmp_path / "notes", format="markdown")
    files = sorted(str(path.relative_to(tmp_path / "notes")) for path in (tmp_path / "notes").rglob("*.md"))
    assert files == [
        "other.example/2021-07-26-elsewhere.md",
        "shore.example/2020-neap-tide.md",
        "shore.example/2021-07-26-formula.md",
        "shore.example/2021-07-26-spring-tide.md",
        "shore.example/2021-07-line-breaks.md",
        "shore.example/undated-wide.md",
    ]
    assert (report.articles, report.files) == (6, 7)
    facts = front((tmp_path / "notes" / files[3]).read_text(encoding="utf-8"))
    assert (facts["title"], facts["authors"], facts["tags"]) == ("Spring Tide", ["Ida Strand", "Per"], ["sea", "moon"])
    assert front((tmp_path / "notes" / files[4]).read_text(encoding="utf-8"))["title"] == POSTS[4].title
    assert "\u2028" not in (tmp_path / "notes" / files[4]).read_text(encoding="utf-8").split("---\n")[1]


def test_links_between_archived_articles_lead_from_file_to_file(shore: Archive, tmp_path: Path) -> None:
    export(shore, tmp_path / "notes", format="markdown")
    text = (tmp_path / "notes" / "shore.example" / "2021-07-26-spring-tide.md").read_text(encoding="utf-8")
    assert "[neap](2020-neap-tide.md#how)" in text
    assert "[far](https://far.example/)" in text


def test_front_matter_is_yaml(shore: Archive, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    export(shore, tmp_path / "notes", format="markdown")
    for path in (tmp_path / "notes").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert yaml.safe_load(text.split("---\n")[1])["title"] == front(text)["title"]


@pytest.mark.parametrize("text", ["../../etc/passwd", "a/b\\c:d*e?f", "." * 300, "CON", "\0", "", "x" * 500, "é" * 200])
def test_file_names_are_safe(text: str) -> None:
    name = file_name(text)
    assert name
    assert len(name.encode()) <= 80
    assert not set(name) & set('/\\:*?"<>|.\0 ')
    assert file_name(name) == name


def test_a_folder_is_a_dataset_with_card_and_checksums(
    shore: Archive, tmp_path: Path, valid: jsonschema.Draft202012Validator
) -> None:
    out = tmp_path / "set"
    report = export(shore, f"{out}/")
    assert (report.format, report.articles) == ("dataset", 6)
    listed = dict(reversed(line.split("  ")) for line in (out / "checksums.sha256").read_text().splitlines())
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"checksums.sha256"}
    assert set(listed) == files
    for name, checksum in listed.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == checksum
    shard = (out / "data" / "articles-00000.jsonl.zst").read_bytes()
    text = zstandard.ZstdDecompressor().decompressobj().decompress(shard).decode()
    records = [json.loads(line) for line in text.split("\n")[:-1]]
    assert len(records) == 6
    for record in records:
        valid.validate(record)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "| shore.example | 5 | 2020 to 2021-07-26 |" in card
    assert "data_files: data/*.jsonl.zst" in card
    for name in ("croissant.json", "datapackage.json"):
        described = json.loads((out / name).read_text(encoding="utf-8"))
        assert "data/articles-00000.jsonl.zst" in json.dumps(described)


def test_a_second_export_replaces_the_folder(shore: Archive, tmp_path: Path) -> None:
    out = tmp_path / "set"
    export(shore, out)
    assert export(shore, out, site="other.example").articles == 1
    assert "shore.example |" not in (out / "README.md").read_text(encoding="utf-8")


def test_a_folder_of_somebody_elses_is_not_touched(shore: Archive, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "novel.md").write_text("Chapter one")
    with pytest.raises(ExportError, match="no export made it"):
        export(shore, tmp_path / "mine", format="markdown")
    assert (tmp_path / "mine" / "novel.md").read_text() == "Chapter one"


def test_parquet_is_typed(shore: Archive, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export(shore, tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table.num_rows == 6
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["published"], kinds["published_date"]) == ("string", "date32[day]")
    assert kinds["fetched_at"] == "timestamp[ms, tz=UTC]"
    row = next(row for row in table.to_pylist() if row["title"] == "Spring Tide")
    assert row["authors"][0] == {"name": "Ida Strand", "url": "https://shore.example/ida/"}
    assert str(row["published_date"]) == "2021-07-26"


def test_without_pyarrow_parquet_says_what_to_install(shore: Archive, tmp_path: Path) -> None:
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        with pytest.raises(ExportError, match="Parquet needs pyarrow"):
            export(shore, tmp_path / "a.parquet")
        assert list(tmp_path.iterdir()) == []
    else:
        pytest.skip("pyarrow is installed here")


def test_the_name_says_the_format_or_the_error_lists_the_names() -> None:
    for name, form in FORMATS.items():
        for suffix in form.suffixes:
            assert format_of(f"some/where.v2{suffix}", None) == name
    with pytest.raises(ExportError, match="does not say which format") as caught:
        format_of("articles.txt", None)
    assert ".jsonl" in str(caught.value.hint)


def test_a_full_text_survives_the_csv_reader(shore: Archive) -> None:
    from pipelines.datasets import csv_table

    file = io.BytesIO()
    assert csv_table.write(iter([{"a": 'x\r\n"y", z', "b": None}]), file, ("a", "b")) == 1
    assert list(csv.reader(io.StringIO(file.getvalue().decode(), newline=""))) == [["a", "b"], ['x\r\n"y", z', ""]]
