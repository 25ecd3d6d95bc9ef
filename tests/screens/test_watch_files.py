"""What counts as a change of a target's files, and what does not."""

import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doctor.diagnosis.call import Call
from doctor.watching import places as places_module
from doctor.watching.change import Change, Stop
from doctor.watching.files import _is_other, changes_of_files
from doctor.watching.places import Places, places_of

Start = Callable[[Places], "queue.Queue[Change]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Watch places; the changes come in a queue. Whatever waits is ended after the test."""
    stop, threads = Stop(), []

    def begin(places: Places) -> "queue.Queue[Change]":
        told: queue.Queue[Change] = queue.Queue()

        def read() -> None:
            for change in changes_of_files(places, stop):
                told.put(change)

        threads.append(threading.Thread(target=read))
        threads[-1].start()
        _until_heard(places, told)
        return told

    yield begin
    stop.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def _until_heard(places: Places, told: "queue.Queue[Change]") -> None:
    """Until the system tells of changes: a file comes and goes until one of both is told."""
    folder = Path(places.folders()[0])
    sign = next(iter(places.files), str(folder / "sign.txt"))
    content = Path(sign).read_bytes() if Path(sign).exists() else None
    for number in range(100):
        Path(sign).write_bytes(b"%d" % number)
        try:
            told.get(timeout=0.5)
        except queue.Empty:
            continue
        break
    if content is None:
        Path(sign).unlink()
    else:
        Path(sign).write_bytes(content)
    told.get(timeout=10)


def script(folder: Path) -> Call:
    (folder / "score.py").write_text("def init(): ...\n")
    return Call(kind="script", name=str(folder / "score.py"))


def test_a_save_in_place_and_one_by_renaming(tmp_path: Path, start: Start) -> None:
    told = start(places_of(script(tmp_path)))
    (tmp_path / "score.py").write_text("def run(): ...\n")
    change = told.get(timeout=10)
    assert (change.what, change.urgent) == ("score.py changed", True)
    assert change.when is not None
    (tmp_path / ".score.py.new").write_text("import os\n")
    (tmp_path / ".score.py.new").rename(tmp_path / "score.py")
    assert told.get(timeout=10).what == "score.py changed"


def test_what_is_deleted_and_made_anew(tmp_path: Path, start: Start) -> None:
    told = start(places_of(script(tmp_path)))
    (tmp_path / "score.py").unlink()
    assert told.get(timeout=10).what == "score.py is gone"
    (tmp_path / "score.py").write_text("import os\n")
    assert told.get(timeout=10).what == "score.py changed"


def test_a_folder_that_is_renamed_and_comes_back(tmp_path: Path, start: Start) -> None:
    (tmp_path / "service").mkdir()
    told = start(places_of(script(tmp_path / "service")))
    (tmp_path / "service").rename(tmp_path / "elsewhere")
    told.get(timeout=10)
    (tmp_path / "elsewhere").rename(tmp_path / "service")
    told.get(timeout=10)
    (tmp_path / "service" / "score.py").write_text("import os\n")
    assert told.get(timeout=10).what == "score.py changed"


def test_a_folder_that_is_new_is_watched_too(tmp_path: Path, start: Start) -> None:
    told = start(places_of(script(tmp_path)))
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "one.py").write_text("")
    (tmp_path / "score.py").write_text("import lib\n")
    told.get(timeout=10)
    (tmp_path / "lib" / "two.py").write_text("")
    assert "two.py" in told.get(timeout=10).what


@pytest.mark.parametrize(
    "noise",
    [
        ".git/index",
        "__pycache__/score.cpython-311.pyc",
        ".score.py.swp",
        "score.py~",
        "4913",
        ".#score.py",
        "#score.py#",
    ],
)
def test_noise_is_no_change(tmp_path: Path, noise: str) -> None:
    places = places_of(script(tmp_path))
    assert not places.matters(str(tmp_path / noise))
    assert places.matters(str(tmp_path / "lib" / "one.py"))
    assert places.matters(str(tmp_path / ".amlignore"))


def test_a_temporary_file_that_came_and_went_is_no_change(tmp_path: Path) -> None:
    known: dict[str, tuple[int, int, int] | None] = {}
    assert not _is_other(str(tmp_path / "sedX1"), known)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "one.py").write_text("")
    assert _is_other(str(tmp_path / "lib" / "one.py"), known)
    shutil.rmtree(tmp_path / "lib")
    assert _is_other(str(tmp_path / "lib"), known), "a folder that is gone with what it held"


def test_a_touch_and_a_file_that_is_only_read_are_no_change(tmp_path: Path, start: Start) -> None:
    call = script(tmp_path)
    told = start(places_of(call))
    times = (tmp_path / "score.py").stat()
    os.utime(tmp_path / "score.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    (tmp_path / "score.py").read_bytes()
    (tmp_path / "other.py").write_text("")
    assert told.get(timeout=10).what == "other.py changed"


def test_named_files_elsewhere_and_what_a_configuration_names(tmp_path: Path, start: Start) -> None:
    for folder in ("code", "models", "elsewhere"):
        (tmp_path / folder).mkdir()
    (tmp_path / "elsewhere" / "sample.json").write_text("{}")
    (tmp_path / "doctor.toml").write_text('env = "elsewhere/conda.yml"\n')
    call = script(tmp_path / "code")
    call = Call(
        kind="script",
        name=call.name,
        samples=(str(tmp_path / "elsewhere" / "sample.json"),),
        model_dir=str(tmp_path / "models"),
    )
    places = places_of(call)
    for path in ("elsewhere/sample.json", "elsewhere/conda.yml", "doctor.toml", "models/model.pkl"):
        assert places.matters(str(tmp_path / path)), path
    assert not places.matters(str(tmp_path / "elsewhere" / "other.json"))
    assert not places.is_urgent(str(tmp_path / "models" / "model.pkl"))


def test_a_log_is_watched_alone_and_without_haste(tmp_path: Path, start: Start) -> None:
    log = tmp_path / "web.log"
    log.write_text("one\n")
    told = start(places_of(Call(kind="log", name=str(log))))
    (tmp_path / "other.log").write_text("two\n")
    with log.open("a") as stream:
        stream.write("two\n")
    change = told.get(timeout=10)
    assert (change.what, change.urgent) == ("web.log changed", False)


def test_a_crowd_of_folders_is_watched_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (tmp_path / f"data-{number}" / "deeper").mkdir(parents=True)
    monkeypatch.setattr(places_module, "MOST_FOLDERS", 12)
    folders = places_of(script(tmp_path)).folders()
    assert len(folders) == 12
    assert str(tmp_path) in folders


def test_what_came_together_is_one_change() -> None:
    one = Change("score.py changed", when=1.0, paths=frozenset({"/a"}))
    two = Change("conda.yml changed", urgent=True, when=2.0, paths=frozenset({"/b"}))
    both = one + two + one
    assert both == Change("conda.yml changed, score.py changed", True, 2.0, frozenset({"/a", "/b"}))
