"""Both stores of leases; PostgreSQL's own server, from the system's package, on a free loopback port."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _program(name: str) -> str | None:
    places = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests do."""
    initdb, server = _program("initdb"), _program("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: postgresql)")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed (pip install 'backfile[postgres]')")
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to the server's user
        yield from _served(Path(folder), initdb, server)


def _served(folder: Path, initdb: str, server: str) -> Iterator[str]:
    user = None
    if os.geteuid() == 0:  # the server refuses to be run by root
        user = "postgres"
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "user": user}
    subprocess.run([initdb, "-D", data, "-U", "tester", "-A", "trust", "--no-sync"], check=True, **quiet)  # type: ignore[call-overload]
    words = [server, "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
    process = subprocess.Popen(words, **quiet)  # type: ignore[call-overload]
    address = f"postgresql://tester@127.0.0.1:{port}/postgres"
    try:
        _wait_for(address)
        yield address
    finally:
        process.send_signal(signal.SIGINT)  # a fast shutdown: clients are cut off
        process.wait(timeout=30)


def _wait_for(address: str) -> None:
    import time

    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture(params=["sqlite", "postgres"])
def leases(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store."""
    if request.param == "sqlite":
        return str(tmp_path / "shards" / "leases.db")
    address: str = request.getfixturevalue("postgres")
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("DROP TABLE IF EXISTS partitions")
    return address
