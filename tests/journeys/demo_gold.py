"""Write what a careful person would file of every post of the bundled blog: tests/journeys/demo/<slug>.json.

The answers come from the posts as they were written (data/demo/posts), never from the program. ``{base}`` stands for
the address at which the blog is served.

    python -m tests.journeys.demo_gold
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.demo.blog import Blog, Part, Post, plain, read
from pipelines.demo.theme import DATED_RELATED, related_to

FOLDER = Path(__file__).resolve().parent / "demo"


def expected(blog: Blog, post: Post) -> dict[str, Any]:
    """Return the record of *post*, as far as it follows from what was written."""
    url = f"{{base}}/{post.slug}/"
    return {
        "url": url,
        "canonical_url": url,
        "page_type": "article",
        "title": post.title,
        "authors": [{"name": blog.author, "url": None}],
        "author_bio": blog.bio,
        "published": post.published.isoformat(),
        "modified": post.modified.isoformat(),
        "language": blog.language,
        "reading_minutes": post.minutes,
        "tags": list(post.tags),
        "text": body(post.parts),
        "related": [related(other, at < DATED_RELATED) for at, other in enumerate(related_to(blog, post))],
        "prev_next": [],
        "images": [picture(part) for part in post.parts if part.kind == "picture"],
    }


def body(parts: tuple[Part, ...]) -> str:
    """Return the body as plain text: a blank line between parts, list items on lines of their own, no pictures."""
    return "\n\n".join("\n".join(plain(line) for line in part.lines) for part in parts if part.kind != "picture")


def related(post: Post, is_dated: bool) -> dict[str, Any]:
    """Return what the two widgets together say of *post*: only the second, shorter one shows title and day."""
    return {
        "url": f"{{base}}/{post.slug}/",
        "title": post.title if is_dated else None,
        "published": post.published.isoformat() if is_dated else None,
        "excerpt": post.excerpt,
    }


def picture(part: Part) -> dict[str, Any]:
    """Return the picture's record."""
    alt, caption = part.lines
    return {"url": f"{{base}}{part.src}", "alt": alt, "caption": caption}


def main() -> None:
    """Write every file."""
    blog = read()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for post in blog.posts:
        text = json.dumps(expected(blog, post), ensure_ascii=False, indent=1) + "\n"
        (FOLDER / f"{post.slug}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
