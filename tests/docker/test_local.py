"""The person's own copy of the code."""

import hashlib
from pathlib import Path

import pytest

from doctor.containers import local
from doctor.containers.local import collect_local
from doctor.errors import ConfigError


def test_every_file_with_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "score.py").write_bytes(b"def init():\r\n    pass\r\n")
    (tmp_path / "sub" / "score.py").write_bytes(b"def init():\n    pass\n")
    (tmp_path / "score.py").chmod(0o640)
    source = collect_local(tmp_path)
    assert [file.path for file in source.files] == ["score.py", "sub/score.py"]
    first, second = source.files
    assert first.digest == hashlib.sha256(b"def init():\r\n    pass\r\n").hexdigest()
    assert first.digest != second.digest, "line ends make a difference inside"
    assert (first.size, first.mode, first.kind) == (23, 0o640, "file")
    assert source.path == str(tmp_path)
    assert not source.truncated


def test_what_is_no_code_of_ones_own_is_passed_over(tmp_path: Path) -> None:
    for folder in (".git", "__pycache__", "venv", "my-python", "lib"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "module.py").write_text("")
    (tmp_path / "my-python" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (tmp_path / "lib" / "old.pyc").write_bytes(b"\0")
    assert [file.path for file in collect_local(tmp_path).files] == ["lib/module.py"]


def test_links_are_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "score.py").symlink_to("elsewhere/score.py")
    (tmp_path / "around").symlink_to(tmp_path)
    files = {file.path: file for file in collect_local(tmp_path).files}
    assert set(files) == {"around", "score.py"}
    assert (files["score.py"].kind, files["score.py"].target, files["score.py"].digest) == (
        *("link", "elsewhere/score.py", None),
    )


def test_more_files_than_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "MOST_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.py").write_text("")
    source = collect_local(tmp_path)
    assert (len(source.files), source.truncated) == (3, True)


def test_as_many_files_as_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "MOST_FILES", 3)
    for number in range(3):
        (tmp_path / f"{number}.py").write_text("")
    assert not collect_local(tmp_path).truncated


def test_no_more_bytes_are_read_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "MOST_BYTES", 10)
    monkeypatch.setattr(local, "LARGEST_FILE", 8)
    (tmp_path / "a").write_bytes(b"x" * 6)
    (tmp_path / "b").write_bytes(b"x" * 6)
    (tmp_path / "c").write_bytes(b"x" * 4)
    (tmp_path / "model.bin").write_bytes(b"x" * 9)
    source = collect_local(tmp_path)
    assert [bool(file.digest) for file in source.files] == [True, False, True, False]
    assert source.truncated


@pytest.mark.parametrize(("kind", "said"), [("nothing", "is not there"), ("file", "is a file")])
def test_a_folder_that_is_none(tmp_path: Path, kind: str, said: str) -> None:
    path = tmp_path / "code"
    if kind == "file":
        path.write_text("")
    with pytest.raises(ConfigError, match=said) as caught:
        collect_local(path)
    assert "--source" in str(caught.value)
