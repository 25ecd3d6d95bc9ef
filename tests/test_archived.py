"""Tar streams of containers that mean harm: nothing leaves the folder that they are laid out in."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from doctor.containers import archived
from doctor.containers.archived import Archived, read_folder
from doctor.containers.brought import Brought
from doctor.containers.engine import Stat

ROOT = "/var/azureml-app"


def entry(name: str, content: bytes = b"", **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.size = len(content)
    for field, value in fields.items():
        setattr(made, field, value)
    return made, content


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=kind, linkname=target)


class FakeEngine:
    """Answers the archive call with these entries, whatever the path."""

    class info:  # noqa: N801
        remote = False

    def __init__(self, *entries: tuple[tarfile.TarInfo, bytes], cut: int | None = None) -> None:
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as archive:
            for info, content in (entry("azureml-app", type=tarfile.DIRTYPE, mode=0o755), *entries):
                archive.addfile(info, io.BytesIO(content))
        self.content = data.getvalue()[:cut]

    @contextmanager
    def archive(self, container: str, path: str) -> Iterator[tuple[io.BytesIO, Stat]]:
        yield io.BytesIO(self.content), Stat("azureml-app", 0, 1 << 31 | 0o755)


@pytest.fixture
def read() -> Iterator[Any]:
    with Brought() as brought:

        def reading(*entries: tuple[tarfile.TarInfo, bytes], cut: int | None = None, wanted: bool = True) -> Archived:
            engine: Any = FakeEngine(*entries, cut=cut)
            found = read_folder(engine, "c", ROOT, brought, wanted=lambda _: wanted, texts=True)
            assert found is not None
            return found

        reading.root = brought.root  # type: ignore[attr-defined]
        yield reading


def laid(read: Any) -> dict[str, bytes]:
    """All that was written, by its name below the folder."""
    files = [path for path in read.root.rglob("*") if not path.is_dir()]
    assert not any(path.is_symlink() for path in read.root.rglob("*"))
    return {str(path.relative_to(read.root)): path.read_bytes() for path in files}


def names(found: Archived) -> list[str]:
    return [file.path for file in found.folder.files]


def test_names_that_lead_away_are_passed_over(read: Any, tmp_path: Path) -> None:
    target = tmp_path / "hit.py"
    found = read(
        entry(str(target), b"x"),
        entry(f"azureml-app/../../../../../../../..{target}", b"x"),
        entry("../hit.py", b"x"),
        entry("azureml-app/good.py", b"good"),
        entry("azureml-app/a/../../hit.py", b"x"),
    )
    assert not target.exists()
    assert laid(read) == {"var/azureml-app/good.py": b"good"}
    assert "good.py" in names(found)
    assert not any(".." in name for name in names(found))


def test_nothing_is_written_through_a_link(read: Any, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    found = read(
        link("azureml-app/out", str(away)),
        entry("azureml-app/out/hit.py", b"x"),
        link("azureml-app/hit2.py", str(away / "hit2.py")),
        entry("azureml-app/hit2.py", b"x"),
        link("azureml-app/hard.py", str(away / "hard.py"), tarfile.LNKTYPE),
        link("azureml-app/up.py", "../../../../etc/passwd"),
    )
    assert not list(away.iterdir())
    assert all(name.startswith("var/azureml-app/") for name in laid(read))
    kinds = {file.path: (file.kind, file.target) for file in found.folder.files}
    assert kinds["out"] == ("link", str(away))
    assert kinds["up.py"] == ("link", "../../../../etc/passwd")


def test_devices_and_pipes_are_told_and_not_made(read: Any) -> None:
    kinds = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    found = read(*(entry(f"azureml-app/{number}.py", type=kind) for number, kind in enumerate(kinds)))
    assert [file.kind for file in found.folder.files] == ["other"] * 3
    assert laid(read) == {}


def test_a_file_that_is_a_folder_too(read: Any) -> None:
    found = read(entry("azureml-app/a.py", b"1"), entry("azureml-app/a.py/b.py", b"2"), entry("azureml-app/a.py", b"3"))
    assert laid(read) == {"var/azureml-app/a.py": b"1"}
    assert names(found) == ["a.py", "a.py/b.py"]


def test_links_within_the_folder_are_followed_as_a_cluster_mounts_files(read: Any) -> None:
    found = read(
        entry("azureml-app/..2026", type=tarfile.DIRTYPE),
        entry("azureml-app/..2026/score.py", b"text"),
        link("azureml-app/..data", "..2026"),
        link("azureml-app/score.py", "..data/score.py"),
        link("azureml-app/absolute.py", f"{ROOT}/score.py"),
        link("azureml-app/circle.py", "circle.py"),
        link("azureml-app/same.py", "azureml-app/..2026/score.py", tarfile.LNKTYPE),
    )
    assert found.texts[f"{ROOT}/score.py"] == found.texts[f"{ROOT}/absolute.py"] == b"text"
    assert found.texts[f"{ROOT}/same.py"] == b"text"
    assert f"{ROOT}/circle.py" not in found.texts
    same = next(file for file in found.folder.files if file.path == "same.py")
    assert (same.kind, same.size) == ("file", 4)
    assert same.digest


def test_a_large_file_ends_the_reading(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archived, "MOST_STREAMED", 2 << 20)
    found = read(
        entry("azureml-app/a.py", b"1"),
        entry("azureml-app/model.pkl", b"x" * (3 << 20)),
        entry("azureml-app/score.py", b"2"),
    )
    assert found.folder.truncated
    assert [(file.path, file.size) for file in found.folder.files] == [("a.py", 1), ("model.pkl", 3 << 20)]


def test_entries_and_texts_are_bounded(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archived, "MOST_ENTRIES", 10)
    found = read(*(entry(f"azureml-app/{number}.txt", b"x") for number in range(20)))
    assert found.folder.truncated
    assert len(found.folder.files) == 10
    long = read(entry("azureml-app/long.py", b"x" * 300_000), wanted=False)
    assert long.texts == {}
    assert long.folder.files[0].digest


@pytest.mark.parametrize("cut", [700, 1200, 3000])
def test_a_stream_that_breaks_off(read: Any, cut: int) -> None:
    found = read(entry("azureml-app/a.py", b"1" * 2000), entry("azureml-app/b.py", b"2"), cut=cut)
    assert found.folder.truncated
    assert "b.py" not in names(found)


def test_time_is_bounded(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archived, "MOST_SECONDS", -1.0)
    found = read(entry("azureml-app/a.py", b"1"))
    assert found.folder.truncated
    assert names(found) == []


def test_names_that_are_no_text(read: Any) -> None:
    found = read(entry("azureml-app/caf\udce9.py", b"1"))
    assert names(found) == ["caf\\xe9.py"]
    assert found.texts == {f"{ROOT}/caf\\xe9.py": b"1"}
