"""Settings: what the reading room is told when it opens, and who may come in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
"""What this machine calls itself."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """The one reader who may come in, when a password is asked for."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """How one archive is shown."""

    db: Path
    """The archive's file."""
    host: str = "127.0.0.1"
    """The address it is served at."""
    names: tuple[str, ...] = ()
    """Names by which readers may ask for it beyond those it has anyway (``is_welcome``)."""
    account: Account | None = None
    """Who may come in; None: everybody who reaches it."""
    now: Callable[[], datetime] = _utc_now
    """The clock."""

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    def is_welcome(self, name: str) -> bool:
        """Say whether a request that names *name* as its host (no port, lower-case) is meant for us.

        A page elsewhere that makes its own name point here (DNS rebinding) sends that name: it is refused. A bare
        address cannot be such a name, so that any is welcome where other machines are.

        >>> local = Settings(Path("a.db"))
        >>> local.is_welcome("localhost"), local.is_welcome("evil.example"), local.is_welcome("192.168.1.5")
        (True, False, False)
        >>> Settings(Path("a.db"), host="0.0.0.0").is_welcome("192.168.1.5")
        True
        """
        if name in LOOPBACK_NAMES or name == self.host.lower() or name in self.names:
            return True
        return not self.is_local and _is_address(name)


def is_loopback(host: str) -> bool:
    """Say whether *host*, a name or an address, is this machine and no other."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
