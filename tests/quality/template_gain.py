"""What a template is worth: lines leaked and body words lost with and without one, on the shared blogs.

python -m tests.quality.template_gain [--learn 20] [--test 12] [--sites 330k,inkszo] [--names same|site|page]

A *leaked* line is a block outside the marked body container whose text stands in the article; *lost* is the share of
the words inside the container that do not. ``--names site`` replaces every class name and id by a random string, the
same for the same name; ``--names page`` by another one on every page, so that nothing but the text repeats. The
container of each site is marked here by hand with one selector and was not checked line by line.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import statistics
import tarfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from scraper import extract, learn
from scraper.template import Template
from tests.shared import SHARED

BODIES = {
    "1up4dev": "div.entry-content",
    "330k": "div.entry-inner",
    "hejazee": "div.content",
    "inkszo": "div.entry-content",
    "karma": "div.article-entry",
    "pydanny": "div.entry-content",
    "resolutionlaw": "div.post-content",
    "stefanscherer": "section.post-content",
    "veganyumyum": "article > div.content",
}
_BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, td, th, dd, dt, pre, blockquote, figcaption, a, span, div, button, label"
_NAMED = re.compile(r"""\b(class|id)\s*=\s*("([^"]*)"|'([^']*)')""")
_WORD = re.compile(r"\w+")


def pages_of(site: str) -> list[tuple[str, str]]:
    """Return (HTML, address) of the site's articles, in the order of the gold list."""
    folder = SHARED / "sites" / site
    with tarfile.open(fileobj=io.BytesIO((folder / "site.tar.xz").read_bytes()), mode="r:xz") as archive:
        names = {member.name.removeprefix("./"): member for member in archive.getmembers() if member.isfile()}
        out = []
        for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
            url = json.loads(line)["url"]
            path = unquote(urlsplit(url).path).lstrip("/")
            name = next((n for n in (path, f"{path}index.html", f"{path}/index.html") if n in names), None)
            file = archive.extractfile(names[name]) if name else None
            if file is not None:
                out.append((file.read().decode("utf-8", "replace"), url))
    return out


def renamed(html: str, names: dict[str, str], rng: random.Random) -> str:
    """Return *html* with every class name and id replaced by a random string, kept in *names*."""

    def replace(found: re.Match[str]) -> str:
        tokens = (found[3] or found[4] or "").split()
        fresh = [names.setdefault(token, f"x{rng.getrandbits(40):010x}") for token in tokens]
        return f'{found[1]}="{" ".join(fresh)}"'

    return _NAMED.sub(replace, html)


def parts(html: str, selector: str) -> tuple[list[str], list[str]]:
    """Return (words of the marked body, texts of the smallest elements outside of it)."""
    tree = LexborHTMLParser(html)
    for node in tree.css("script, style, noscript, template, svg, iframe, textarea, select, h1"):
        node.decompose()
    body = tree.css_first(selector)
    inside = _WORD.findall(body.text(separator=" ").casefold()) if body is not None else []
    if body is not None:
        body.decompose()
    outside = []
    for node in tree.css(_BLOCKS):
        if not any(child.tag not in ("-text", "b", "i", "em", "strong", "time", "br") for child in node.iter()):
            text = " ".join(node.text().split())
            if text:
                outside.append(text)
    return inside, outside


def score(html: str, url: str, original: str, selector: str, template: Template | None) -> tuple[int, float]:
    """Return (leaked lines, share of body words lost) of one page."""
    inside, outside = parts(original, selector)
    text = extract(html, url=url, template=template).text
    words = _WORD.findall(text.casefold())
    joined = f" {' '.join(words)} "
    within = f" {' '.join(inside)} "
    leaked = 0
    for line in outside:
        key = f" {' '.join(_WORD.findall(line.casefold()))} "
        if key.strip() and key in joined and key not in within:
            leaked += 1
    kept = Counter(inside) & Counter(words)
    return leaked, 1 - kept.total() / max(len(inside), 1)


def compare(site: str, *, learn_pages: int, test_pages: int, names: str) -> dict[str, tuple[float, float]]:
    """Return {"without" | "with": (mean leaked lines, mean share lost)} for one site; learning and test pages are
    disjoint."""
    rng = random.Random(site)
    pages = pages_of(site)
    rng.shuffle(pages)
    table: dict[str, str] = {}
    changed = [
        (renamed(html, table if names == "site" else {}, rng) if names != "same" else html, url, html)
        for html, url in pages[: learn_pages + test_pages]
    ]
    template = learn([(html, url) for html, url, _ in changed[:learn_pages]])
    out = {}
    for label, used in (("without", None), ("with", template)):
        rows = [score(html, url, original, BODIES[site], used) for html, url, original in changed[learn_pages:]]
        out[label] = (statistics.fmean(row[0] for row in rows), statistics.fmean(row[1] for row in rows))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--learn", type=int, default=20, help="pages to learn from (default 20)")
    parser.add_argument("--test", type=int, default=12, help="other pages to test on (default 12)")
    parser.add_argument("--sites", default=",".join(BODIES), help="comma-separated names (default: all)")
    parser.add_argument("--names", choices=("same", "site", "page"), default="same", help="what class names become")
    args = parser.parse_args()
    print(f"{'site':<16}{'leaked without':>16}{'with':>8}{'lost % without':>16}{'with':>8}")
    rows = []
    for site in args.sites.split(","):
        found = compare(site, learn_pages=args.learn, test_pages=args.test, names=args.names)
        (leak, lost), (leak_t, lost_t) = found["without"], found["with"]
        rows.append((leak, leak_t, lost, lost_t))
        print(f"{site:<16}{leak:>16.2f}{leak_t:>8.2f}{100 * lost:>16.1f}{100 * lost_t:>8.1f}", flush=True)
    means = [statistics.fmean(column) for column in zip(*rows, strict=True)]
    print(f"{'mean':<16}{means[0]:>16.2f}{means[1]:>8.2f}{100 * means[2]:>16.1f}{100 * means[3]:>8.1f}")


if __name__ == "__main__":
    assert Path(SHARED).is_dir(), "the shared blogs are not beside this checkout"
    main()
