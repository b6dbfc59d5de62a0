"""Results kept between runs: never wrong, never in the way, never growing without end."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masgitops_lint.settings import result_store
from masgitops_lint.settings.result_store import ResultStore, open_store, prune

POSIX = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")


def entries(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file() and len(path.name) == 64)


@pytest.mark.parametrize("value", [b"", b"x", b"\x00" * 10_000, os.urandom(10_000)])
def test_what_is_put_comes_back(tmp_path: Path, value: bytes) -> None:
    open_store(str(tmp_path)).put("key", value)
    assert open_store(str(tmp_path)).get("key") == value
    assert open_store(str(tmp_path)).get("other") is None


def test_the_latest_value_counts(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.put("key", b"one")
    store.put("key", b"two")
    assert store.get("key") == b"two"
    assert len(entries(tmp_path)) == 1


@pytest.mark.parametrize("key", ["", "../../escape", "a" * 500, "ü\ud800", "con", "a/b\\c:d"])
def test_any_text_is_a_key(tmp_path: Path, key: str) -> None:
    store = open_store(str(tmp_path / "cache"))
    store.put(key, b"value")
    assert store.get(key) == b"value"
    assert all(tmp_path / "cache" in path.parents for path in entries(tmp_path))


@given(st.binary(max_size=30), st.integers(0, 100), st.sampled_from(["cut", "flip", "append", "replace"]))
def test_a_damaged_entry_is_a_miss_and_goes(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, how: str
) -> None:
    directory = tmp_path_factory.mktemp("cache")
    store = open_store(str(directory))
    store.put("key", b"value" * 10)
    (file,) = entries(directory)
    entry = file.read_bytes()
    at %= len(entry)
    damaged = {
        "cut": entry[:at],
        "flip": entry[:at] + bytes([entry[at] ^ 1]) + entry[at + 1 :],
        "append": entry + (noise or b"x"),
        "replace": noise,
    }[how]
    file.write_bytes(damaged)
    assert store.get("key") is None
    assert not file.exists()


def test_versions_do_not_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(str(tmp_path)).put("key", b"value")
    monkeypatch.setattr(result_store, "__version__", "99.0.0")
    assert open_store(str(tmp_path)).get("key") is None


@POSIX
def test_entries_are_for_the_owner_alone(tmp_path: Path) -> None:
    open_store(str(tmp_path / "new" / "cache")).put("key", b"value")
    (file,) = entries(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for directory in list(file.parents)[: file.parents.index(tmp_path)]:
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = open_store(str(tmp_path / "file"))
    store.put("key", b"value")
    assert store.get("key") is None


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, data: bytes, *, exclusive: bool = True) -> None:
        Path(path).write_bytes(data[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(result_store, "_write", full)
    store = open_store(str(tmp_path))
    store.put("key", b"value")
    assert store.get("key") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_directory_keeps_nothing() -> None:
    store = ResultStore(None)
    store.put("key", b"value")
    assert store.get("key") is None


def test_old_entries_and_abandoned_files_go_and_strangers_stay(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.put("old", b"value")
    (old,) = entries(tmp_path)
    long_ago = time.time() - result_store.MAX_AGE - 10
    os.utime(old, (long_ago, long_ago))
    abandoned = old.with_name(f"{old.name}.1-ab.tmp")
    stranger = old.with_name("notes.txt")
    for path in (abandoned, stranger):
        path.write_text("x")
        os.utime(path, (long_ago, long_ago))
    store.put("new", b"value")
    prune(str(old.parent.parent))
    assert not old.exists()
    assert not abandoned.exists()
    assert stranger.exists()
    assert store.get("new") == b"value"


def test_the_directory_of_a_version_that_nobody_uses_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_store, "__version__", "0.0.1")
    open_store(str(tmp_path)).put("key", b"value")
    folder = tmp_path / "mas-lint-results"
    long_ago = time.time() - result_store.MAX_AGE - 10
    for path in (folder / "0.0.1").iterdir():
        os.utime(path, (long_ago, long_ago))
    monkeypatch.setattr(result_store, "__version__", "0.0.2")
    open_store(str(tmp_path)).put("key", b"value")
    assert [path.name for path in folder.iterdir()] == ["0.0.2"]


def test_the_total_is_bounded_and_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_store, "MAX_TOTAL", 5_000)
    store = open_store(str(tmp_path))
    for index in range(10):
        store.put(str(index), os.urandom(1_000))
        newest = max(entries(tmp_path), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (1e9 + index, 1e9 + index))
    monkeypatch.setattr(result_store, "MAX_AGE", 1e10)
    prune(str(tmp_path / "mas-lint-results"))
    assert [store.get(str(index)) is not None for index in range(10)] == [False] * 6 + [True] * 4


def test_a_use_makes_an_entry_young_again(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.put("key", b"value")
    (file,) = entries(tmp_path)
    os.utime(file, (time.time() - 3 * 24 * 3600,) * 2)
    store.get("key")
    assert time.time() - file.stat().st_mtime < 60


def test_several_processes_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from masgitops_lint.settings.result_store import open_store\n"
        "store = open_store(sys.argv[1])\n"
        "for turn in range(200):\n"
        "    store.put('key', bytes([turn]) * 5000)\n"
        "    value = store.get('key')\n"
        "    assert value is not None and len(value) == 5000 and len(set(value)) == 1\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(entries(tmp_path)) == 1
