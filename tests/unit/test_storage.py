import os
import subprocess
import sys
import time
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


def test_what_a_killed_process_left_is_removed_once_it_is_a_day_old(tmp_path: Path) -> None:
    for name in ("old", "young"):
        (tmp_path / f"{storage.ASIDE}{name}").mkdir()
        (tmp_path / f"{storage.ASIDE}{name}" / "half").touch()
    a_day_ago = time.time() - storage.A_DAY
    os.utime(tmp_path / f"{storage.ASIDE}old", (a_day_ago - 60, a_day_ago - 60))
    os.utime(tmp_path / f"{storage.ASIDE}young", (a_day_ago + 60, a_day_ago + 60))
    with storage.new_folder(tmp_path / "v0001"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{storage.ASIDE}young", "v0001"]


def test_a_folder_takes_the_place_of_the_one_before_whole_or_not_at_all(tmp_path: Path) -> None:
    for content in ("old", "new"):
        with storage.replaced_folder(tmp_path / "2021-02") as aside:
            (aside / content).touch()
    with pytest.raises(KeyboardInterrupt), storage.replaced_folder(tmp_path / "2021-02") as aside:
        (aside / "half").touch()
        raise KeyboardInterrupt
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["2021-02", "2021-02/new"]


def test_a_folder_that_is_put_in_anothers_place_can_be_read_by_all(tmp_path: Path) -> None:
    with storage.replaced_folder(tmp_path / "2021-02"):
        pass
    assert (tmp_path / "2021-02").stat().st_mode & 0o755 == 0o755


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
