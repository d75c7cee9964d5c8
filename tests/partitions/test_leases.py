"""The store of leases: one holder at a time, whoever comes late is refused. The same for SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipelines.partitions import Lease, LeaseStore, open_leases
from pipelines.partitions.leases import Shard, StoreFailed

HOSTS = [(f"{name}.example", [f"https://{name}.example/"]) for name in ("alder", "birch", "cedar")]
LONG_S, PAST_S = 3600.0, -1.0


def opened(address: str) -> LeaseStore:
    store = open_leases(address)
    store.begin(HOSTS)
    return store


def claimed(store: LeaseStore, owner: str = "one", seconds: float = LONG_S) -> Lease:
    lease = store.claim(owner, seconds)
    assert lease is not None
    return lease


def test_each_host_has_one_holder(leases: str) -> None:
    store, other = opened(leases), open_leases(leases)
    held = [claimed(store), claimed(other, "two"), claimed(store)]
    assert [(lease.host, list(lease.starts), lease.fence) for lease in held] == [(*pair, 1) for pair in HOSTS]
    assert other.claim("two", LONG_S) is None
    assert 3500 < (store.next_expiry_s() or 0) <= LONG_S
    store.close()
    other.close()


def test_a_lease_that_has_run_out_goes_to_the_next_with_a_higher_fence(leases: str) -> None:
    store = opened(leases)
    old = claimed(store, "frozen", PAST_S)
    new = claimed(store, "fresh")
    while new.host != old.host:
        new = claimed(store, "fresh")
    assert (new.fence, new.owner) == (2, "fresh")
    assert not store.renew(old, LONG_S)
    assert not store.finish(old, "late.db")
    store.give_back(old)
    assert store.renew(new, LONG_S)
    assert store.finish(new, "good.db")
    assert store.finished() == [Shard(old.host, 2, "good.db")]
    store.close()


def test_a_holder_that_is_late_but_not_replaced_goes_on(leases: str) -> None:
    store = opened(leases)
    lease = claimed(store, "slow", PAST_S)
    assert store.renew(lease, LONG_S)
    assert {claimed(store).host, claimed(store).host} == {host for host, _ in HOSTS} - {lease.host}
    assert store.claim("other", LONG_S) is None
    store.close()


def test_what_is_given_back_waits_for_anybody(leases: str) -> None:
    store = opened(leases)
    lease = claimed(store)
    store.give_back(lease)
    assert store.next_expiry_s() == 0.0
    assert sorted(claimed(store, "two").host for _ in HOSTS) == [host for host, _ in HOSTS]
    store.close()


def test_done_then_merged_then_a_new_round(leases: str) -> None:
    store = opened(leases)
    for _ in HOSTS:
        lease = claimed(store)
        assert store.finish(lease, f"{lease.host}.db")
    assert store.next_expiry_s() is None
    store.begin(HOSTS)  # the same command again, before all is merged: nothing begins anew
    assert store.claim("one", LONG_S) is None
    for shard in store.finished():
        store.merged(shard)
    assert store.finished() == []
    store.begin([*HOSTS, ("dogwood.example", ["https://dogwood.example/"])])
    again = [claimed(store) for _ in range(4)]
    assert sorted((lease.host, lease.fence) for lease in again) == [
        *((host, 2) for host, _ in HOSTS),
        ("dogwood.example", 1),
    ]
    store.close()


def test_many_at_once_never_get_the_same_host(leases: str) -> None:
    store = open_leases(leases)
    store.begin([(f"{number:03d}.example", ["https://x.example/"]) for number in range(60)])
    got: list[str] = []

    def work(owner: str) -> None:
        mine = open_leases(leases)
        while (lease := mine.claim(owner, LONG_S)) is not None:
            got.append(lease.host)
        mine.close()

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [f"{number:03d}.example" for number in range(60)]
    store.close()


def test_a_store_that_cannot_be_had_is_one_clear_error(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    store = open_leases("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(StoreFailed, match="PostgreSQL says"):
        store.claim("one", LONG_S)
    (tmp_path / "leases.db").write_text("this is no database, only a text that is long enough to be told apart")
    with pytest.raises(StoreFailed, match="cannot be used"):
        open_leases(str(tmp_path / "leases.db")).begin(HOSTS)
