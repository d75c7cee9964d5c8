"""Fuzzing of everything that reads what a stranger wrote: pages, feeds, sitemaps, robots files, JSON-LD, dates.

    python -m tests.hostile.fuzz [TARGET …] [--seconds 60] [--corpus FOLDER]

Each target gets a process and its share of the time. With atheris (a coverage-guided fuzzer, ``make fuzz`` installs it)
inputs are bred that reach new code; without it the seeds are mutated at random. A target fails when a parser raises,
when what comes out cannot be written as UTF-8, or when one input takes longer than SLOW_S. The input that did it is
left in the corpus folder, and named.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLOW_S = 10.0
"""Seconds one small input may take; atheris slows Python down some ten times."""
MAX_BYTES = 8_192
URL = "https://blog.example/2019/04/the-fault/"


def read_page(data: bytes) -> object:
    """Return the record of a page."""
    from scraper.extract import extract

    return extract(data, url=URL).to_dict()


def read_dump(data: bytes) -> object:
    """Return the record of a plain-text dump."""
    from scraper.extract import extract

    return extract(data.decode("utf-8", "replace").replace("<", " ")).to_dict()


def read_feed(data: bytes) -> object:
    """Return what a feed lists."""
    from scraper.standards import feed

    return repr(feed.parse(data, URL))


def read_sitemap(data: bytes) -> object:
    """Return what a sitemap lists."""
    from scraper.standards import sitemap

    return repr(sitemap.parse(data, URL))


def read_robots(data: bytes) -> object:
    """Return what a robots file says about an address."""
    from scraper.standards import robots

    rules = robots.parse(data)
    return [rules.allowed(URL, "backfile"), rules.why(URL, "backfile"), rules.crawl_delay_s("backfile"), rules.sitemaps]


def read_json_ld(data: bytes) -> object:
    """Return the nodes of a page's JSON-LD."""
    from scraper.standards import structured

    return structured.graph([data.decode("utf-8", "replace")])


def read_date(data: bytes) -> object:
    """Return the dates of a text, read in three ways."""
    from scraper.standards import date

    text = data.decode("utf-8", "replace")
    return [date.machine(text), date.parse(text), [found.value for found in date.find(text)]]


TARGETS: dict[str, Callable[[bytes], object]] = {
    "page": read_page,
    "dump": read_dump,
    "feed": read_feed,
    "sitemap": read_sitemap,
    "robots": read_robots,
    "json-ld": read_json_ld,
    "date": read_date,
}


def check(target: str, data: bytes) -> None:
    """Read *data* and hold what comes out to the promises. Raises whatever is wrong."""
    began = time.process_time()
    found = TARGETS[target](data)
    json.dumps(found, ensure_ascii=False, default=str).encode("utf-8")
    took_s = time.process_time() - began
    if took_s > SLOW_S:
        raise TimeoutError(f"{took_s:.1f} seconds for {len(data)} bytes")


def seeds(target: str) -> Iterator[bytes]:
    """Yield inputs to begin with: the pages and documents of the faults, cut to size."""
    from tests.hostile.faults import FAULTS
    from tests.hostile.pages import post
    from tests.hostile.server import Place

    groups = {"page": ("markup", "metadata", "charsets"), "dump": ("markup",), "json-ld": ("metadata",),
              "date": ("metadata",), "feed": ("feeds",), "sitemap": ("sitemaps",), "robots": ("robots",)}  # fmt: skip
    place = Place("fuzz")
    place.trap = "http://127.0.0.1:9"
    yield post().encode()
    for fault in FAULTS:
        if fault.group in groups[target]:
            for reply in fault.routes(place).values():
                body = getattr(reply, "body", b"")
                data = body.encode("utf-8", "replace") if isinstance(body, str) else body
                yield from _of_kind(target, data[:MAX_BYTES])
    if target == "date":
        for text in (
            "2021-07-26T09:30:00+02:00",
            "July 26, 2021",
            "26 juillet 2021",
            "2021年7月26日",
            "3 days ago",
            "26/07/21",
        ):
            yield text.encode()


def _of_kind(target: str, data: bytes) -> Iterator[bytes]:
    if target == "json-ld":
        yield from (found for found in re.findall(rb"ld\+json\">(.*?)(?:</script|$)", data, re.S) if found)
    elif target == "date":
        yield from re.findall(rb"datetime=\"([^\"]{0,400})", data)
    elif data:
        yield data


def mutated(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """Return *data* with a few pieces removed, doubled, exchanged with another seed's, or made of odd bytes."""
    for _ in range(dice.randint(1, 5)):
        at = dice.randint(0, len(data))
        to = min(len(data), at + dice.choice((1, 2, 8, 64, 512)))
        other = dice.choice(others)
        start = dice.randint(0, len(other))
        piece = dice.choice(
            (b"", data[at:to] * dice.choice((2, 3, 50)), other[start : start + 64], dice.randbytes(4), _odd(dice))
        )
        data = data[:at] + piece + data[to:]
    return data[:MAX_BYTES]


def _odd(dice: random.Random) -> bytes:
    return dice.choice(
        (
            b"\0",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"&#xD800;",
            b"]]>",
            b"<!--",
            b"<![CDATA[",
            b"9" * 400,
            b"\\ud800",
            b"%00",
        )
    )


def _at_random(target: str, seconds: float, folder: Path) -> int:
    """Mutate the seeds for *seconds*; return how many inputs were tried."""
    dice, begun = random.Random(), list(seeds(target))
    ends = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < ends:
        data = mutated(dice.choice(begun), dice, begun)
        try:
            check(target, data)
        except Exception:
            (folder / f"crash-{target}").write_bytes(data)
            raise
        tried += 1
    return tried


def _child(target: str, seconds: float, folder: Path) -> None:
    try:
        import atheris
    except ImportError:
        print(f"Done {_at_random(target, seconds, folder)} runs, mutated at random", file=sys.stderr)
        return
    with atheris.instrument_imports(include=["scraper"]):
        TARGETS[target](b"<p>warm</p>")  # imports what it needs, instrumented
    corpus = folder / target
    corpus.mkdir(exist_ok=True)
    for number, data in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(data)
    bounds = [f"-max_total_time={seconds:.0f}", f"-max_len={MAX_BYTES}", "-timeout=60", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *bounds, str(corpus)], lambda data: check(target, data))
    atheris.Fuzz()


def main() -> int:
    """Fuzz the targets one after another and print a line for each; the exit code is 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all when none is given")
    parser.add_argument("--seconds", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--corpus", type=Path, help="where inputs are kept; a folder of its own by default")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(options.targets[0], options.seconds, options.corpus)
        return 0
    folder = options.corpus or Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    chosen = options.targets or list(TARGETS)
    failed = False
    for target in chosen:
        share = str(options.seconds / len(chosen))
        command = [sys.executable, "-m", "tests.hostile.fuzz", target, "--seconds", share, "--corpus", str(folder)]
        done = subprocess.run([*command, "--child"], cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace")
        runs = re.findall(r"Done (\d+) (?:runs|in)", done.stderr)
        reached = re.findall(r"cov: (\d+)", done.stderr)
        print(f"{target:8} {runs[-1] if runs else '?':>8} inputs, {reached[-1] if reached else '?'} places reached,"
              f" {'passed' if done.returncode == 0 else 'FAILED'}", flush=True)  # fmt: skip
        if done.returncode:
            failed = True
            print(done.stderr[-3000:])
    print(f"inputs are kept in {folder}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
