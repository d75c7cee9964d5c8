"""What the tests of the reading room know of its archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BASE = "http://127.0.0.1:8017"
CHANGED, GONE = "the-seized-seatpost", "storing-a-bicycle-for-winter"
"""The post that has two versions, and the one that has vanished."""
HOSTILE_BODY = (
    '<h2 id="q">A part</h2><p onclick="steal()">Text <a href="javascript:steal()">here</a></p>'
    '<script>steal()</script><style>p{}</style><iframe src="https://evil.example/"></iframe>'
    '<figure><img src="https://pictures.example/a.png" alt="A <b>vice</b>" onerror="steal()"></figure>'
    '<h4>Deep</h4><h2>A part</h2><form action="https://evil.example/"><input name="x"></form>'
)


@dataclass(frozen=True)
class Room:
    """The archive behind the tests."""

    db: Path
    changed: int
    """The article with two versions."""
    gone: int
    """The article that has vanished from its site."""
    site_url: str

    @property
    def host(self) -> str:
        """Its only site."""
        return self.site_url.split("/")[2]

    @property
    def paths(self) -> tuple[str, ...]:
        """One address of every page."""
        article = f"/articles/{self.changed}"
        return (
            *("/", "/search?q=chain", "/search?q=zeppelin", "/overview", "/runs", "/runs/1", "/changes", "/help"),
            *("/api", "/author?name=Maren", f"/sites/{self.host}", f"/address?url={self.site_url}"),
            *(article, f"{article}?version=1", f"{article}/history", f"{article}/evidence", f"{article}/raw"),
        )
