"""A crawl killed with SIGKILL and started again ends with the archive of an uninterrupted one, and asks for little
twice."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive import Archive
from tests.blog import Blog
from tests.pipelines.crawling import finish, start
from tests.server import Reply, Request, Server, serve

SLOTS = 2
"""Requests in flight at once: what a kill may cost."""
POSTS = 30


class Assassin:
    """Kills a process when the server has been asked so many times."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.victim: subprocess.Popen[str] | None = None
        self.count = 0

    def watch(self, server: Server) -> None:
        """Count the requests to every route of *server*."""
        for path, route in list(server.routes.items()):
            server.routes[path] = self._counted(route)

    def _counted(self, route: Any) -> Any:
        def counted(request: Request) -> Reply:
            self.count += 1
            if self.count == self.after and self.victim is not None:
                self.victim.send_signal(signal.SIGKILL)
            return route(request) if callable(route) else route

        return counted


def records(path: Path) -> list[dict[str, Any]]:
    """Return the archive's records, in the order of their addresses, with the host taken out."""
    with Archive(path, readonly=True) as archive:
        found = [stored.article.to_dict() for stored in archive.articles()]
    return sorted(found, key=lambda record: str(record["url"]))


def test_killed_at_many_moments_and_started_again(tmp_path: Path) -> None:
    blog = Blog(posts=POSTS)
    with serve(blog.routes()) as server:
        finish(start(tmp_path / "whole.db", server.url + "/", delay_s=0, workers=1))
        whole = records(tmp_path / "whole.db")
        assert len(whole) == POSTS
        for after in (1, 3, 9, 17, 30):
            path = tmp_path / f"killed-{after}.db"
            server.requests.clear()
            server.routes.update(blog.routes())
            assassin = Assassin(after)
            assassin.watch(server)
            assassin.victim = start(path, server.url + "/", delay_s=0, workers=1)
            assassin.victim.communicate(timeout=60)
            assert assassin.victim.returncode == -signal.SIGKILL
            report = finish(start(path, server.url + "/", delay_s=0, workers=1))
            assert report["status"] == "done"
            assert records(path) == whole
            asked = Counter(request.path for request in server.requests if request.path != "/robots.txt")
            assert sum(asked.values()) - len(asked) <= SLOTS, asked.most_common(4)
            with Archive(path, readonly=True) as archive:
                assert [run.status for run in archive.runs()] == ["done"]
                assert archive.verify() == ()
                twice = archive.connection.execute("SELECT count(*) FROM revisions WHERE revision > 1").fetchone()[0]
                assert twice == 0


@pytest.mark.slow
def test_killed_again_and_again(tmp_path: Path) -> None:
    """Every few requests a new process, until one lives to the end."""
    blog = Blog(posts=POSTS, sitemap=False)
    with serve(blog.routes()) as server:
        finish(start(tmp_path / "whole.db", server.url + "/", delay_s=0, workers=2))
        path = tmp_path / "killed.db"
        server.requests.clear()
        kills = 0
        for _ in range(40):
            server.routes.update(blog.routes())
            assassin = Assassin(4)
            assassin.watch(server)
            assassin.victim = start(path, server.url + "/", delay_s=0, workers=2)
            assassin.victim.communicate(timeout=60)
            if assassin.victim.returncode == 0:
                break
            kills += 1
        assert 5 < kills < 40
        assert records(path) == records(tmp_path / "whole.db")
        asked = Counter(request.path for request in server.requests if request.path != "/robots.txt")
        assert sum(asked.values()) - len(asked) <= kills * (SLOTS + 1)  # and the start page's sources once more


def test_ctrl_c_ends_in_good_order_and_the_same_command_goes_on(tmp_path: Path) -> None:
    blog = Blog(posts=POSTS, delay_s=0.05)
    path = tmp_path / "archive.db"
    with serve(blog.routes()) as server:
        process = start(path, server.url + "/", delay_s=0, workers=1)
        while len(server.requests) < 8:
            assert process.poll() is None
            server.wait_for_request()
        process.send_signal(signal.SIGINT)
        report = finish(process, timeout_s=6)
        assert report["status"] == "interrupted"
        assert "run the same command again" in report["resume"]
        report = finish(start(path, server.url + "/", delay_s=0, workers=1))
        asked = Counter(request.path for request in server.requests if request.path != "/robots.txt")
    assert (report["status"], report["articles"]) == ("done", POSTS)
    assert max(asked.values()) == 1
