"""Serving the reading room: one process, its socket bound before anything is promised."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from pipelines.web.app import application
from pipelines.web.settings import Settings

GRACE_S = 2
"""Seconds that open requests have to end when the server is told to."""
IDLE_S = 15
"""Seconds an idle connection is kept."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens at *host* and *port*, 0 for one that is free. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def address(listening: socket.socket, host: str) -> str:
    """Return where a browser on this machine finds what listens there."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{listening.getsockname()[1]}/"


def server(settings: Settings) -> uvicorn.Server:
    """Return a server of the archive; its ``run`` takes sockets and ends by a signal or ``should_exit``."""
    config = uvicorn.Config(
        application(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    return uvicorn.Server(config)


def serve(settings: Settings, listening: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted; *ready* is called once, just before the first request is taken."""
    with listening:
        ready()
        server(settings).run(sockets=[listening])
