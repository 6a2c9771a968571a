import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import storage


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), storage.new_folder(tmp_path / "v0001") as aside:
        (aside / "half").write_text("half", encoding="utf-8")
        assert not (tmp_path / "v0001").exists()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with storage.new_folder(tmp_path / "v0001") as aside:
        (aside / "whole").write_text("whole", encoding="utf-8")
    assert [path.name for path in tmp_path.rglob("*")] == ["v0001", "whole"]


def test_a_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "v0001").mkdir()
    (tmp_path / "v0001" / "first").touch()
    with pytest.raises(FileExistsError), storage.new_folder(tmp_path / "v0001") as aside:
        (aside / "second").touch()
    assert [path.name for path in (tmp_path / "v0001").iterdir()] == ["first"]


def test_a_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.write_json(tmp_path / "current.json", {"folder": "old"})

    def cut_off(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", cut_off)
    with pytest.raises(KeyboardInterrupt):
        storage.write_json(tmp_path / "current.json", {"folder": "new"})
    assert storage.read_json(tmp_path / "current.json") == {"folder": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["current.json"]


def test_json_has_one_way_of_being_written() -> None:
    assert storage.json_text({"b": 1, "a": "é"}) == '{\n  "a": "é",\n  "b": 1\n}\n'


def test_the_boundaries_between_texts_count() -> None:
    assert storage.sha256_of_texts(["ab", "c"]) != storage.sha256_of_texts(["a", "bc"])


def test_what_nobody_holds_is_removed_at_once_and_what_somebody_holds_is_not(tmp_path: Path) -> None:
    (tmp_path / f"{storage.ASIDE}left").mkdir()
    (tmp_path / f"{storage.ASIDE}left" / "half").touch()
    (tmp_path / f"{storage.ASIDE}file").touch()
    with storage.scratch_folder(tmp_path) as held, storage.new_folder(tmp_path / "v0001"):
        storage.remove_left(tmp_path, storage.ASIDE)
        assert held.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["v0001"]


def test_everything_left_below_a_folder_goes_and_nothing_of_a_finished_version_is_looked_at(tmp_path: Path) -> None:
    left = [tmp_path / place / f"{prefix}x" for place in ("", "a", "a/b/c") for prefix in storage.SCRATCH]
    inside = tmp_path / "a" / "v0001-abc" / f"{storage.ASIDE}x"
    for folder in (*left, inside):
        folder.mkdir(parents=True)
        (folder / "half").touch()
    storage.remove_all_left(tmp_path)
    assert [folder for folder in left if folder.exists()] == []
    assert inside.exists()


def test_who_fills_a_folder_may_be_removed_before_it_is_locked_and_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_lock = storage.fcntl.flock
    removed: list[Path] = []

    def lock(handle: int, how: int) -> None:
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].rmdir()
        really_lock(handle, how)

    monkeypatch.setattr(storage.fcntl, "flock", lock)
    with storage.scratch_folder(tmp_path) as folder:
        assert folder.exists() and folder not in removed
    assert len(removed) == 1 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "text", "what"),
    [
        ("staging", None, "is gone. Stage again what was landed: kpis restage."),
        ("warehouse", "", "is empty. Build the month again: kpis build."),
        ("landing", '{"version": 1', "is not what was written there. Restore the folder from a backup, or deliver"),
        ("snapshots", "[1]", "is not what was written there. Restore the version"),
        ("approvals", '{"other": 1}', "is not what was written there. Approve the month again"),
        ("elsewhere", "\x00\x00", "is not what was written there. Restore it from a backup."),
    ],
)
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, place: str, text: str | None, what: str) -> None:
    file = tmp_path / place / "state.json"
    file.parent.mkdir()
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(storage.BrokenState) as broken:
        storage.read_json(file, "version")
    assert str(broken.value).startswith(f"{file} {what}")
    assert storage.whole_json(file, "version") is None
    storage.write_json(file, {"version": 1})
    assert storage.read_json(file, "version") == storage.whole_json(file, "version") == {"version": 1}


def test_bytes_that_are_no_text_are_broken_too(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(storage.BrokenState, match="is not what was written there"):
        storage.read_json(tmp_path / "state.json")


@pytest.mark.parametrize(
    ("content", "is_whole"),
    [(b"PAR1....PAR1", True), (b"PAR1....PAR", False), (b"PAR1", True), (b"PAR", False), (b"", False), (None, False)],
)
def test_a_parquet_file_that_was_cut_off_is_known_by_its_end(
    tmp_path: Path, content: bytes | None, is_whole: bool
) -> None:
    if content is not None:
        (tmp_path / "a.parquet").write_bytes(content)
    assert storage.is_whole_parquet(tmp_path / "a.parquet") is is_whole


def test_what_is_put_down_is_for_its_owner_and_the_group_to_read(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with storage.new_folder(tmp_path / "v0001"), storage.replaced_folder(tmp_path / "2021-02"):
            pass
        storage.write_json(tmp_path / "current.json", {})
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        assert modes == {"v0001": 0o750, "2021-02": 0o750, "current.json": 0o640}
        storage.keep_from_others()
        (tmp_path / "later").touch()
        assert (tmp_path / "later").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_stricter_umask_stays() -> None:
    before = os.umask(0o077)
    try:
        storage.keep_from_others()
        assert os.umask(0) == 0o077
    finally:
        os.umask(before)


def test_a_folder_takes_the_place_of_the_one_before_whole_or_not_at_all(tmp_path: Path) -> None:
    for content in ("old", "new"):
        with storage.replaced_folder(tmp_path / "2021-02") as aside:
            (aside / content).touch()
    with pytest.raises(KeyboardInterrupt), storage.replaced_folder(tmp_path / "2021-02") as aside:
        (aside / "half").touch()
        raise KeyboardInterrupt
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["2021-02", "2021-02/new"]


WAITS = """
import sys
from pathlib import Path
from pipelines.storage import one_at_a_time
print("waits", flush=True)
with one_at_a_time(Path(sys.argv[1])):
    print(Path(sys.argv[2]).read_text(encoding="utf-8"), flush=True)
"""


def test_one_waits_until_the_other_is_done(tmp_path: Path) -> None:
    lock, said = tmp_path / "made" / ".lock", tmp_path / "said"
    with storage.one_at_a_time(lock):
        command = [sys.executable, "-c", WAITS, str(lock), str(said)]
        other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert other.stdout.readline() == "waits\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.5)
        said.write_text("done", encoding="utf-8")
    assert other.communicate()[0] == "done\n"


def test_who_dies_in_the_block_frees_the_lock(tmp_path: Path) -> None:
    dies = "import os, sys\nfrom pathlib import Path\nfrom pipelines.storage import one_at_a_time\n"
    dies += "with one_at_a_time(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", dies, str(tmp_path / ".lock")], check=False).returncode == -9
    with storage.one_at_a_time(tmp_path / ".lock"):
        pass


def test_what_is_made_of_files_is_made_again_only_when_one_of_them_is_another(tmp_path: Path) -> None:
    read: list[str] = []

    @storage.cached_by_files("*.yaml", "rules/**/*.sql")
    def made(folder: Path) -> tuple[str, ...]:
        read.append(folder.name)
        return tuple(path.read_text() for path in sorted(folder.rglob("*.*")))

    one, rule = tmp_path / "one.yaml", tmp_path / "rules" / "deep" / "rule.sql"
    rule.parent.mkdir(parents=True)
    one.write_text("a")
    assert made(tmp_path) is made(tmp_path)
    for change in (
        lambda: one.write_text("b"),
        lambda: rule.write_text("c"),
        lambda: rule.write_text("d"),
        lambda: one.rename(tmp_path / "other.yaml"),
        rule.unlink,
    ):
        before = len(read)
        change()
        assert made(tmp_path) == tuple(path.read_text() for path in sorted(tmp_path.rglob("*.*")))
        assert len(read) == before + 1
    (tmp_path / "note.txt").write_text("is read by nobody")
    made(tmp_path)
    assert len(read) == 6


def test_what_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    tried: list[Path] = []

    @storage.cached_by_files("*")
    def broken(folder: Path) -> None:
        tried.append(folder)
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            broken(tmp_path)
    assert len(tried) == 2
