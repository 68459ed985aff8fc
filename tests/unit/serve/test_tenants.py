"""Tenants and keys: a name is never a path, files are held open within bounds, keys are hashed."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos import InputError, Memory, NotFound, StoreError
from mnemos.serve.keys import FILE, Keys
from mnemos.serve.limits import Buckets
from mnemos.serve.tenants import Tenants, tenant_name

BAD = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "a\0b",
    "A",
    "ä",
    "a.b",
    "-a",
    "a-",
    "a b",
    "a" * 65,
    "a" * 300,
    "con",
    "lpt1",
    "a\n",
    "keys.sqlite",
    "\ud800",
    "١",
]


def plain(path: Path) -> Memory:
    return Memory(path, embedder=None)


@pytest.mark.parametrize("name", BAD, ids=ascii)
def test_a_name_that_could_be_a_path_is_refused_and_makes_nothing(
    tmp_path: Path, name: str
) -> None:
    tenants = Tenants(tmp_path, plain)
    with pytest.raises(InputError, match="a name is 1 to 64 characters"), tenants.using(name):
        pass
    with pytest.raises(InputError, match="a name is"):
        Keys(tmp_path).add(name, ["read"])
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=80))
def test_a_name_is_a_file_of_its_own_in_the_directory_or_none(name: str) -> None:
    try:
        tenant_name(name)
    except InputError:
        return
    path = Path("/d") / f"{name}.mnemos"
    assert path.parent == Path("/d")
    assert path.stem == name == name.casefold()


def test_few_files_stay_open_and_the_one_unused_longest_is_closed(tmp_path: Path) -> None:
    made: dict[str, Memory] = {}

    def opening(path: Path) -> Memory:
        made[path.stem] = plain(path)
        return made[path.stem]

    tenants = Tenants(tmp_path, opening, handles=2)
    for name in ("a", "b", "a", "c"):
        with tenants.using(name) as memory:
            memory.remember(name)
    assert tenants.open == 2
    assert made["a"].stats().events == 2
    with pytest.raises(StoreError):
        made["b"].stats()
    tenants.close()
    assert tenants.open == 0


def test_a_file_in_use_is_never_closed(tmp_path: Path) -> None:
    tenants = Tenants(tmp_path, plain, handles=1)
    with tenants.using("a") as first, tenants.using("b") as second, tenants.using("a") as again:
        assert again is first
        assert tenants.open == 2
        first.remember("still open")
        second.remember("still open")
    assert tenants.open == 1
    tenants.close()


def test_many_threads_share_one_handle(tmp_path: Path) -> None:
    opened: list[Path] = []

    def opening(path: Path) -> Memory:
        opened.append(path)
        return plain(path)

    tenants = Tenants(tmp_path, opening)
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        with tenants.using("a") as memory:
            memory.remember("x")
            barrier.wait()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1
    tenants.close()


def test_a_file_that_cannot_be_opened_takes_no_handle(tmp_path: Path) -> None:
    (tmp_path / "a.mnemos").write_bytes(b"not a memory" * 100)
    tenants = Tenants(tmp_path, plain)
    with pytest.raises(StoreError), tenants.using("a"):
        pass
    assert tenants.open == 0


def test_of_a_token_only_a_hash_is_kept_in_a_file_for_the_owner_alone(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert not keys.any()
    token = keys.add("ann", ["read"], note="hers")
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    secret = token.rpartition("_")[2]
    assert secret.encode() not in (tmp_path / FILE).read_bytes()
    key = keys.opens(token)
    assert key is not None
    assert (key.tenant, key.rights, key.note) == ("ann", ("read",), "hers")
    keys.close()


def test_tokens_that_are_none_open_nothing(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert keys.opens("mnemos_000000000000_" + "A" * 43) is None
    token = keys.add("ann", ["read"])
    last = "B" if token[-1] == "A" else "A"
    for wrong in ("", token[:-1], token + "A", token[:-1] + last, token.upper(), f" {token}", "ä"):
        assert keys.opens(wrong) is None
    keys.close()


def test_a_key_revoked_elsewhere_opens_nothing_at_once(tmp_path: Path) -> None:
    here, elsewhere = Keys(tmp_path), Keys(tmp_path)
    token = here.add("ann", ["read"])
    key = here.opens(token)
    assert key is not None
    assert here.any()
    elsewhere.revoke(key.id)
    assert here.opens(token) is None
    assert not here.any()
    assert here.listed()[0].revoked_at is not None
    with pytest.raises(NotFound):
        here.revoke(key.id)
    for each in (here, elsewhere):
        each.close()


def test_rights_and_users_that_are_none_are_refused(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    with pytest.raises(InputError):
        keys.add("ann", [])
    with pytest.raises(InputError):
        keys.add("ann", ["all"])  # type: ignore[list-item] # wrong on purpose
    with pytest.raises(InputError):
        keys.add("ann", ["read"], user=" ")


def test_a_keys_file_of_something_else_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    keys = Keys(tmp_path)
    with pytest.raises(StoreError):
        keys.any()
    keys.close()
    (tmp_path / FILE).unlink()
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("CREATE TABLE other (x)")
    file.close()
    with pytest.raises(StoreError):
        keys.any()
    keys.close()


def test_a_bucket_empties_and_fills_again() -> None:
    now = [0.0]
    buckets = Buckets(rate=2, burst=3, clock=lambda: now[0])
    assert [buckets.wait_s("a") for _ in range(4)] == [0, 0, 0, 0.5]
    now[0] = 0.5
    assert buckets.wait_s("a") == 0
    assert buckets.wait_s("a") == 0.5
    now[0] = 1_000
    assert [buckets.wait_s("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_no_rate_is_no_limit() -> None:
    buckets = Buckets(rate=0, burst=1)
    assert [buckets.wait_s("a") for _ in range(5)] == [0] * 5
