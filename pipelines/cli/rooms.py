"""Opening the reading room from the command line: for ``serve`` and ``demo --serve``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli import console
from scraper.errors import BackfileError

if TYPE_CHECKING:
    from pipelines.web import Account

DEFAULT_PORT = 8017
"""Beside the ports that other tools take by custom (8000, 8001, 8080)."""


def open_room(
    db: Path,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    names: tuple[str, ...] = (),
    account: Account | None = None,
    opened: bool = False,
) -> None:
    """Serve the archive at *db* until Ctrl-C. Raises BackfileError without the extra, or when the port is taken."""
    try:
        from pipelines.web import Settings
        from pipelines.web.server import address, bind, serve
    except ImportError as error:
        raise BackfileError(
            f"the reading room needs {error.name}, which is not installed",
            hint="pip install 'backfile[web]'",
        ) from error
    settings = Settings(db, host, tuple(name.lower() for name in names), account)
    try:
        listening = bind(host, port)
    except OSError as error:
        raise BackfileError(
            f"nothing can listen at {host}, port {port}: {error.strerror}", hint="--port 0 takes one that is free"
        ) from error
    url = address(listening, host)

    def tell() -> None:
        console.note(f"the reading room is open at {url} (Ctrl-C closes it)")
        if not settings.is_local and account is None:
            console.note("everybody who can reach this machine can read the archive; --auth asks for a password")
        if opened:
            import webbrowser

            webbrowser.open(url)

    with suppress(KeyboardInterrupt):  # Ctrl-C is how it is closed
        serve(settings, listening, tell)
