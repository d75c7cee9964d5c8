"""The list of sites: kept in the archive, written to a file and read back, every mistake told with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.archive import Archive
from pipelines.scheduled import ScheduledSite, scheduled_sites, sites, sites_file
from pipelines.scheduled.intervals import BadInterval
from scraper import profile
from scraper.errors import NotFound
from scraper.profile import ProfileError
from tests.scheduled.conftest import Clock

PROFILE = """\
include = ["/posts/*", "/notes/*"]
exclude = ["*/print/"]

[pace]
delay_s = 2.5
concurrency = 1

[fields]
title = "h1.post-title"
body = 'div[class="entry"]'
remove = [".promo"]
"""


def test_a_site_is_known_by_its_host_address_and_name(archive: Archive, clock: Clock) -> None:
    sites.add(archive, "https://www.blog.example/start/", every="6h", name="The blog", now=clock())
    for which in ("blog.example", "www.blog.example", "https://blog.example/a-post/", "The blog"):
        assert sites.find(archive, which).start == "https://www.blog.example/start/"
    assert sites.remove(archive, "The blog").site == "blog.example"
    assert scheduled_sites(archive) == ()
    with pytest.raises(NotFound, match="not on the list"):
        sites.pause(archive, "blog.example", clock())


def test_adding_twice_changes_the_interval_and_keeps_the_name(archive: Archive, clock: Clock) -> None:
    sites.add(archive, "https://blog.example/", every="6h", name="The blog", now=clock())
    again = sites.add(archive, "https://blog.example/", every="Daily", now=clock())
    assert (again.every, again.name, len(scheduled_sites(archive))) == ("daily", "The blog", 1)


@pytest.mark.parametrize("every", ["", "soon", "0h", "-6h", "6", "6 parsecs", "9999999d"])
def test_what_is_no_interval_is_refused(archive: Archive, clock: Clock, every: str) -> None:
    with pytest.raises(BadInterval, match="expected an interval"):
        sites.add(archive, "https://blog.example/", every=every, now=clock())
    assert scheduled_sites(archive) == ()


def test_the_file_brings_everything_back(archive: Archive, clock: Clock) -> None:
    sites.add(archive, "https://a.example/", every="6h", name='Tide "tables" \\ ü', now=clock())
    sites.add(archive, "http://b.example:8080/blog/", now=clock())
    sites.edit(archive, "a.example", profile=PROFILE)
    sites.pause(archive, "b.example:8080", clock())
    text = sites_file.write(scheduled_sites(archive))
    entries = sites_file.read(text)
    for one in scheduled_sites(archive):
        sites.remove(archive, one.site)
    found = sites_file.bring_in(archive, entries, clock())
    assert [(one.start, one.every, one.name, bool(one.paused_at)) for one in found] == [
        ("https://a.example/", "6h", 'Tide "tables" \\ ü', False),
        ("http://b.example:8080/blog/", "adaptive", None, True),
    ]
    assert profile.parse(found[0].profile or "") == profile.parse(PROFILE)
    assert sites_file.write(found) == text


@given(
    st.text(max_size=40).filter(str.strip), st.lists(st.text(alphabet="abc*?/'\"\\ü\x7f\t", max_size=12), max_size=3)
)
def test_any_name_and_any_pattern_come_back(name: str, patterns: list[str]) -> None:
    name = "".join(character for character in name if not 0xD800 <= ord(character) <= 0xDFFF) or "x"
    known = profile.Profile(exclude=tuple("/" + pattern for pattern in patterns))
    text = "\n".join(sites_file.profile_lines(known)) or None
    one = ScheduledSite("a.example", "https://a.example/", name, "6h", "", None, None, text)
    (entry,) = sites_file.read(sites_file.write((one,)))
    assert entry.name == name
    assert profile.parse(entry.profile or "") == known


SITE = '[[site]]\nurl = "https://a.example/"\n'
MISTAKES = {
    '[[site]]\nevery = "6h"\n': (1, "expected a url below"),
    '[[site]]\nurl = "a.example"\n': (2, "expected an absolute http or https address, got 'a.example'"),
    SITE + 'every = "often"\n': (3, "got 'often'"),
    SITE + "\npaused = 1\n": (4, "expected true or false, got 1"),
    SITE + 'evry = "6h"\n': (3, "did you mean every?"),
    SITE + "\n" + SITE: (4, "a.example at line 1 too"),
    SITE + '\n[site.profile.pace]\ndelay_s = "slow"\n': (5, "for pace.delay_s, got 'slow'"),
    SITE + '\n[site.profile.fields]\ntitle = "h1 >"\n': (5, "expected a CSS selector for title"),
    SITE + '[site.profile]\nexclude = [\n  "/a/*",\n  "tag/*",\n]\n': (6, 'write "/tag/*"'),
    SITE + "name = The blog\n": (3, "got 'name = The blog'"),
    'site = "https://a.example/"\n': (1, "expected [[site]]"),
    "sites = []\n": (1, "begin each site with [[site]]"),
}


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: text.splitlines()[-1])
def test_a_mistake_is_told_with_its_line(text: str) -> None:
    line, words = MISTAKES[text]
    with pytest.raises(ProfileError) as caught:
        sites_file.read(text)
    assert str(caught.value).startswith(f"line {line}: expected")
    assert words in str(caught.value)


def test_a_file_with_a_mistake_changes_nothing(archive: Archive, clock: Clock) -> None:
    entries = sites_file.read(SITE)
    bad = (*entries, sites_file.Entry("https://b.example/", "often", None, False, None))
    with pytest.raises(BadInterval):
        sites_file.bring_in(archive, bad, clock())
    assert scheduled_sites(archive) == ()
