"""Articles of any shape, for property tests: every field absent, empty, long, in any script."""

from __future__ import annotations

from hypothesis import strategies as st

from scraper.article import Article, Author, Image, Neighbour, Related

texts = st.text(st.characters(codec="utf-8"), max_size=60)
maybe = st.none() | texts
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)

articles = st.builds(
    Article,
    url=maybe,
    canonical_url=maybe,
    site=st.none() | st.sampled_from(("blog.example", "other.example")),
    site_name=maybe,
    page_type=st.sampled_from(("article", "listing", "page")),
    title=maybe,
    # an author without an address and one whose address is "" are the same row
    authors=st.lists(st.builds(Author, names, st.none() | names), max_size=3).map(tuple),
    author_bio=maybe,
    published=st.none() | st.sampled_from(("2021", "2021-07", "2021-07-26", "2021-07-26T09:30:00+02:00")),
    modified=st.none() | st.sampled_from(("2022-01-01", "2023")),
    language=st.none() | st.sampled_from(("en", "pt-BR")),
    reading_minutes=st.none() | st.integers(0, 99),
    word_count=st.integers(0, 10_000),
    excerpt=maybe,
    comments_count=st.none() | st.integers(0, 10_000),
    tags=st.lists(names, max_size=3).map(tuple),
    text=texts,
    markdown=texts,
    html=texts,
    related=st.lists(st.builds(Related, maybe, maybe, maybe, maybe), max_size=2).map(tuple),
    prev_next=st.lists(st.builds(Neighbour, maybe, maybe, st.sampled_from(("prev", "next"))), max_size=2).map(tuple),
    images=st.lists(st.builds(Image, texts, maybe, maybe), max_size=2).map(tuple),
)
