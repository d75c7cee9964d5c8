"""A folder of Markdown files, one per article, with YAML front matter: for note programs, site generators and eyes.

    OUT/<site>/<day>-<slug>.md        links between archived articles lead from file to file

File names are made of letters, digits and hyphens, lower-case, so that they are safe on every file system.
"""

from __future__ import annotations

import json
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urlsplit

SLUG_BYTES = 80
"""Longest slug in a file name: with folder and day well below the 255 bytes a file system allows."""
FRONT_KEYS = (
    *("title", "url", "canonical_url", "site", "site_name", "authors", "author_bio", "published", "modified"),
    *("language", "reading_minutes", "word_count", "excerpt", "tags", "comments_count"),
    *("id", "fetched_at", "revision", "extractor"),
)
"""What the front matter holds, in order; what an article lacks is left out."""
_LINK = re.compile(r"\]\(<?([^()\s<>]+)>?\)")
_NOT_IN_NAMES = re.compile(r"[^\w]+|_+")
# Line breaks to a YAML 1.1 reader inside double quotes, though not to JSON.
_YAML_BREAKS = {"\x85": "\\x85", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write_folder(
    read: Callable[[], Iterable[dict[str, Any]]], folder: Path, fields: Sequence[str]
) -> tuple[int, list[Path]]:
    """Write one file per record below *folder*; return how many records, and the files.

    *read* gives the records anew each time: once for the names, once for the texts. *fields* choose the front matter.
    """
    paths = _paths(read())
    keys = [key for key in FRONT_KEYS if key in fields]
    files = []
    for record in read():
        path = paths[record["id"]]
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        body = relinked(record["markdown"], path, paths)
        target.write_text(f"{front_matter(record, keys)}\n{body}\n", encoding="utf-8", newline="\n")
        files.append(target)
    return len(files), files


def front_matter(record: dict[str, Any], keys: Sequence[str] = FRONT_KEYS) -> str:
    r"""Return the YAML between two lines of hyphens, strings in double quotes with JSON's escapes (YAML 1.2 §1.3).

    >>> print(front_matter({"title": 'On "tides"', "tags": ["sea"], "authors": []}, ("title", "tags", "authors")))
    ---
    title: "On \"tides\""
    tags: ["sea"]
    ---
    <BLANKLINE>
    """
    lines = ["---"]
    for key in keys:
        value = record.get(key)
        if key == "authors":
            value = [author["name"] for author in value or ()]
        if value not in (None, [], ""):
            lines.append(f"{key}: {_yaml(value)}")
    return "\n".join([*lines, "---", ""])


def relinked(text: str, own_path: str, paths: dict[Any, str]) -> str:
    """Return Markdown whose links to archived articles lead to their files, relative to *own_path*; others stay."""

    def replaced(match: re.Match[str]) -> str:
        address, fragment = urldefrag(match.group(1))
        path = paths.get(address)
        if path is None:
            return match.group(0)
        relative = quote(posixpath.relpath(path, posixpath.dirname(own_path) or "."))
        return f"]({relative}{'#' + fragment if fragment else ''})"

    return _LINK.sub(replaced, text)


def file_name(text: str) -> str:
    """Return *text* as a part of a file name; ``untitled`` when nothing is left of it.

    >>> file_name("Rim Brakes: Four/Causes…"), file_name("../.."), file_name("Über uns")
    ('rim-brakes-four-causes', 'untitled', 'über-uns')
    """
    slug = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFC", text).lower()).strip("-")
    encoded = slug.encode()[:SLUG_BYTES]
    return encoded.decode(errors="ignore").strip("-") or "untitled"


def _paths(records: Iterable[dict[str, Any]]) -> dict[Any, str]:
    """Return the path of each record's file by its id, and by the addresses it is known by."""
    paths: dict[Any, str] = {}
    taken: set[str] = set()
    for record in records:
        day = re.match(r"[\d-]+", record["published"] or "")
        stem = f"{day.group() if day else 'undated'}-{file_name(_slug_source(record))}"
        path = f"{_folder_name(record['site'])}/{stem}.md"
        if path in taken:
            path = f"{path.removesuffix('.md')}-{record['id']}.md"
        taken.add(path)
        for name in (record["id"], record["url"], record["canonical_url"]):
            if name:
                paths.setdefault(name, path)
    return paths


def _folder_name(site: str | None) -> str:
    """Return a site's host as a folder name: each label made safe, none of them empty or all dots."""
    return ".".join(file_name(label) for label in site.split(".")) if site else "no-site"


def _slug_source(record: dict[str, Any]) -> str:
    last = urlsplit(record["url"] or "").path.rstrip("/").rsplit("/", 1)[-1]
    return unquote(last).rsplit(".", 1)[0] or record["title"] or ""


def _yaml(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    for character, escape in _YAML_BREAKS.items():
        text = text.replace(character, escape)
    return text
