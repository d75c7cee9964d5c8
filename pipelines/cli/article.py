"""One page from anywhere, as a record, without an archive (``article``)."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import console, exits
from pipelines.cli.options import WebAddress, command, meant_address, proxy_option
from scraper.article import ARTICLE, Article
from scraper.errors import BackfileError, FetchError

if TYPE_CHECKING:
    from scraper.response import Response

RECORD_FORMATS = ("json", "text", "markdown", "html")
_FIRST_ERROR_STATUS = 400
_BINARY_PROBE_BYTES = 4096
"""How much of a file is looked at for a NUL byte."""
_EVIDENCE_TEXT_CELLS = 100
"""Terminal cells of a value or a dropped block shown in the evidence tables: enough to know it again."""


@command(
    "article",
    examples=(
        "backfile article https://blog.example/2021/07/high-tide/",
        "backfile article page.html --url https://blog.example/2021/07/high-tide/ --format markdown",
        "curl -s https://blog.example/a-post/ | backfile article - --evidence > record.json",
    ),
)
@click.argument("source", metavar="URL|FILE|-")
@click.option(
    "--url", type=WebAddress(), metavar="URL", help="The address that a file or standard input was saved from."
)
@click.option(
    "--format", "form", type=click.Choice(RECORD_FORMATS), default="json", help="The whole record, or only its body."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--evidence", is_flag=True, help="Add where each field was found, its rivals, and what was left out.")
@proxy_option
def article(source: str, url: str | None, form: str, as_json: bool, evidence: bool, proxy: str | None) -> int:
    """Turn one page into a record, without an archive.

    The page is a web address, a file, or - for standard input. HTML and plain-text dumps of a page are both understood.
    """
    record = _extracted(source, url, proxy)
    if not record.text and not record.title:
        raise exits.Incomplete(f"no article found in {source}", exits.NOTHING, hint="is it HTML or the text of a page?")
    if record.page_type != ARTICLE:
        console.note(f"this does not look like an article, but like this kind of page: {record.page_type}")
    if as_json or form == "json":
        console.write_json(record.to_dict(evidence=evidence))
        return exits.DONE
    if evidence:
        console.note(_evidence_tables(record))
    console.write(console.lines_of(getattr(record, form)))
    return exits.DONE


def _extracted(source: str, url: str | None, proxy: str | None) -> Article:
    """Return the Article of a web address, a file or standard input. Raises BackfileError or OSError."""
    from scraper.extract import extract  # brings the parser along

    if source.lower().startswith(("http://", "https://")):
        return extract(_fetched(WebAddress().convert(source, None, None), proxy), url=url)
    body = sys.stdin.buffer.read() if source == "-" else _read_file(source)
    if _is_binary(body):
        raise BackfileError(f"expected HTML or text, but {source} is something else")
    return extract(body, url=url)


def _fetched(url: str, proxy: str | None) -> Response:
    from scraper.fetch import fetch  # brings httpx along

    response = fetch(url, proxy=proxy)
    if response.status >= _FIRST_ERROR_STATUS:
        raise FetchError(url, f"the server answered {response.status} for {url}", status=response.status)
    return response


def _read_file(name: str) -> bytes:
    path = Path(name)
    if not path.exists():
        raise BackfileError(f"no such file: {name}", hint=meant_address(name))
    return path.read_bytes()


def _is_binary(body: bytes) -> bool:
    """Say whether *body* cannot be text: a NUL byte early on without the byte order mark of UTF-16."""
    return b"\0" in body[:_BINARY_PROBE_BYTES] and not body.startswith((b"\xff\xfe", b"\xfe\xff"))


def _evidence_tables(record: Article) -> str:
    """Return the candidates of each field, best first, then the blocks left out of the body, as two tables."""
    fields = [
        (name if rank == 0 else "", f"{found.confidence:.2f}", found.source, _shown(found.value))
        for name, ranked in record.evidence.items()
        for rank, found in enumerate(ranked)
    ]
    dropped = [(block.step, block.reason, block.evidence, block.text) for block in record.dropped]
    parts = [
        console.table(("field", "sure", "source", "value"), _cut_last(fields)),
        console.table(("left out by", "as", "because of", "text"), _cut_last(dropped)),
    ]
    return "\n\n".join(part for part in parts if part)


def _shown(value: Any) -> str:
    """Return a value in few words: of a record its first field that tells it from others."""
    if isinstance(value, tuple | list):
        return ", ".join(_shown(item) for item in value)
    if is_dataclass(value):
        told = (getattr(value, name, None) for name in ("name", "title", "excerpt", "url"))
        return next((word for word in told if word), "")
    return str(value)


def _cut_last(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [(*row[:-1], console.cut(console.line_of(row[-1]), _EVIDENCE_TEXT_CELLS)) for row in rows]
