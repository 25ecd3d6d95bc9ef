"""Model files are judged by their bytes: what they are, who wrote them, what they refer to. Nothing is ever loaded."""

import bz2
import gzip
import json
import os
import pickle
import struct
import zipfile
import zlib
from pathlib import Path

import joblib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dependencies.model_version_mismatch import model_version_mismatch
from checks.dependencies.versions import boundaries
from checks.evidence import Evidence, Installed, Missing, ModelFile, ModelFolder, Target
from checks.finding import Severity
from doctor.collectors import models as collector
from doctor.collectors.models import collect_models

OLD = Path(__file__).parent / "fixtures" / "pickles"


def judged(path: Path) -> ModelFile:
    folder = collect_models(path)
    assert isinstance(folder, ModelFolder)
    assert len(folder.files) == 1
    return folder.files[0]


def written(folder: Path, content: bytes, name: str = "model.pkl") -> ModelFile:
    (folder / name).write_bytes(content)
    return judged(folder / name)


class Never:
    """Unpickling this would leave a trace."""

    def __init__(self, trace: str) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (self.trace, 0o700)


# Real files of other versions


@pytest.mark.parametrize(
    ("name", "format", "versions", "refers_to"),
    [
        ("forest-sklearn-0.22.2.pkl", "pickle", {"scikit-learn": "0.22.2.post1"}, "sklearn.tree._tree.Tree"),
        (
            "pipeline-sklearn-0.22.2-protocol-0.pkl",
            "pickle",
            {"scikit-learn": "0.22.2.post1"},
            "sklearn.linear_model._logistic.LogisticRegression",
        ),
        ("forest-sklearn-0.24.2.joblib", "joblib", {"scikit-learn": "0.24.2"}, "sklearn.tree._tree.Tree"),
        (
            "forest-sklearn-1.2.2-xz.joblib",
            "joblib",
            {"scikit-learn": "1.2.2", "joblib": "1.2"},
            "sklearn.ensemble._forest.RandomForestClassifier",
        ),
        (
            "encoder-sklearn-1.2.2.joblib",
            "joblib",
            {"scikit-learn": "1.2.2"},
            "sklearn.linear_model._logistic.LogisticRegression",
        ),
        (
            "frame-pandas-1.2.5.pkl",
            "pickle",
            {"scikit-learn": "0.24.2"},
            "pandas.core.indexes.numeric.Int64Index",
        ),
        ("booster-xgboost-1.3.3.pkl", "pickle", {"xgboost": "1.3.3"}, "xgboost.compat.XGBoostLabelEncoder"),
        ("booster-xgboost-3.2.0.ubj", "xgboost", {"xgboost": "3.2.0"}, None),
        ("class-from-main.pkl", "pickle", {}, "__main__.Own"),
    ],
)
def test_files_of_other_versions(name: str, format: str, versions: dict[str, str], refers_to: str | None) -> None:
    file = judged(OLD / name)
    assert file.format == format
    assert file.versions == versions
    assert refers_to is None or refers_to in file.classes


def test_todays_joblib_is_followed_to_its_end(tmp_path: Path) -> None:
    import numpy as np
    import sklearn
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    rows = np.array([["a", "x"], ["b", "y"], ["c", "x"]], dtype=object)
    model = make_pipeline(OneHotEncoder(), LogisticRegression()).fit(rows, [0, 1, 0])
    for how in (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)):
        path = tmp_path / "model.joblib"
        joblib.dump(model, path, compress=how)
        file = judged(path)
        assert file.format == "joblib", how
        assert file.versions["scikit-learn"] == sklearn.__version__
        assert file.versions["numpy"] == "2"
        assert file.classes.count("sklearn.linear_model._logistic.LogisticRegression") == 1
        assert file.note == (None if how == 0 else f"compressed with {how[0]}")  # type: ignore[index]


def test_the_table_of_unreadable_names_holds_for_what_is_installed_here() -> None:
    """What the check foretells of each old file happens when it is loaded with today's scikit-learn and pandas."""
    import warnings

    import pandas
    import sklearn

    here = Installed(distributions={"scikit-learn": sklearn.__version__, "pandas": pandas.__version__})
    for path in [*sorted(OLD.glob("*sklearn*")), OLD / "frame-pandas-1.2.5.pkl"]:
        evidence = Evidence(
            target=Target(kind="script", name="score.py"),
            models=ModelFolder(path="model", files=(judged(path),)),
            installed=here,
        )
        foretold = any(f.severity is Severity.ERROR for f in model_version_mismatch.run(evidence))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                joblib.load(path)
                fails = False
            except (ValueError, ImportError):
                fails = True
        assert foretold is fails, path.name


def test_rows_of_the_table_are_specifiers() -> None:
    from packaging.specifiers import SpecifierSet

    assert len(boundaries()) > 100
    for distribution, name, writers, readers in boundaries():
        assert name.count(".") >= 1
        assert distribution in {"scikit-learn", "numpy", "joblib", "pandas", "scipy", "xgboost"}
        assert writers == "*" or SpecifierSet(writers)
        assert SpecifierSet(readers)


# What stands in the place of a model


def test_formats_by_first_bytes(tmp_path: Path) -> None:
    lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1234567\n"
    assert written(tmp_path, lfs).format == "git-lfs pointer"
    assert written(tmp_path, b"").format == "empty"
    assert written(tmp_path, b"\n<!DOCTYPE html><html></html>").format == "html"
    error = b'<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code></Error>'
    assert written(tmp_path, error).note == "an error answer of a storage service"
    assert written(tmp_path, b'<?xml version="1.0"?><PMML version="4.4"/>', "model.pmml").format == "text"
    assert written(tmp_path, b"tree\nversion=v4\nnum_class=1\n", "m.txt").format == "lightgbm"
    assert written(tmp_path, b"\x89HDF\r\n\x1a\n" + b"\0" * 90, "m.h5").format == "hdf5"
    assert written(tmp_path, struct.pack("<Q", 2) + b"{}" + b"\0" * 9, "m.safetensors").format == "safetensors"
    assert written(tmp_path, b"\x93NUMPY\x01\0", "a.npy").format == "numpy"
    assert written(tmp_path, b"CBM1xxxx", "m.cbm").format == "catboost"
    assert written(tmp_path, b"binf\0\0", "m.bst").format == "xgboost"
    assert written(tmp_path, b'{"a": 1}', "m.json").format == "json"
    assert written(tmp_path, b"just words\n", "readme.txt").format == "text"
    assert written(tmp_path, b"\xff\xfe\0\x01\x02", "m.bin").format == "unknown"
    assert written(tmp_path, b"\x04\x22\x4d\x18" + b"\0" * 20, "m.joblib").note == (
        "compressed with lz4; its content was not read"
    )


def test_versions_in_files_that_are_no_pickles(tmp_path: Path) -> None:
    xgboost = b'{"learner":{"attributes":{}},"version":[1,7,4]}'
    assert written(tmp_path, xgboost, "m.json").versions == {"xgboost": "1.7.4"}
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.4.1"}))
        archive.writestr("config.json", "{}")
    keras = judged(tmp_path / "m.keras")
    assert (keras.format, keras.versions) == ("keras", {"keras": "3.4.1"})
    heap = b"GCOL" + struct.pack("<HHIQ", 1, 1, 0, 5) + b"2.4.3\0\0\0"
    assert written(tmp_path, b"\x89HDF\r\n\x1a\n" + b"keras_version\0" + heap, "m.h5").versions == {"keras": "2.4.3"}


def test_torch_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr("net/data.pkl", pickle.dumps({"pytorch-lightning_version": "1.9.0", "of": Path}, protocol=2))
        archive.writestr("net/version", "3\n")
    file = judged(tmp_path / "net.pt")
    assert file.format == "torch"
    assert file.versions == {"pytorch-lightning": "1.9.0"}
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2)
    parts = [magic, *(pickle.dumps(part, protocol=2) for part in (1001, {"little_endian": True}, {"of": Path}))]
    legacy = written(tmp_path, b"".join(parts), "old.pth")
    assert legacy.format == "torch"
    assert any("Path" in name for name in legacy.classes)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_protocols(tmp_path: Path, protocol: int) -> None:
    file = written(tmp_path, pickle.dumps([Path("a"), {"x": 1.5}, (None, True)], protocol=protocol))
    assert file.format == "pickle"
    assert file.protocol == (protocol if protocol >= 2 else None)
    assert any(name.endswith("Path") for name in file.classes)


def test_nothing_is_loaded(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    file = written(tmp_path, pickle.dumps(Never(str(trace))))
    assert not trace.exists()
    assert [name.split(".")[-1] for name in file.classes] == ["mkdir"]


def test_a_cut_file_is_told_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = (OLD / "forest-sklearn-0.24.2.joblib").read_bytes()
    for size in range(40, len(whole) - 1, 97):
        assert written(tmp_path, whole[:size], "m.joblib").format == "truncated pickle", size
    packed = gzip.compress(pickle.dumps(list(range(2000))))
    assert written(tmp_path, packed[: len(packed) // 2], "m.pkl.gz").format == "truncated pickle"


# Bounds


def test_many_opcodes_are_not_all_followed(tmp_path: Path) -> None:
    words = {f"word{n}": n for n in range(60_000)}
    file = written(tmp_path, pickle.dumps({"vocabulary": words, "of": [Path], "_sklearn_version": "1.1.3"}))
    assert file.note == "read in part"
    assert file.versions == {"scikit-learn": "1.1.3"}
    assert any("Path" in name for name in file.classes), "names past the limit are searched for"


def test_a_file_of_five_gigabytes_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "huge.pkl"
    size = 5 * 1024**3
    with path.open("wb") as file:
        file.write(b"\x80\x04\x8e" + struct.pack("<Q", size))  # BINBYTES8: sparse, so the disk holds nothing
        file.seek(size, os.SEEK_CUR)
        file.write(b"\x940" + pickle.dumps(Path)[2:])
    found = judged(path)
    assert found.format == "pickle"
    assert found.size > size
    assert any("Path" in name for name in found.classes)


def test_a_bomb_is_unpacked_in_part(tmp_path: Path) -> None:
    bomb = zlib.compress(pickle.dumps(b"\0" * 200_000_000), 9)
    file = written(tmp_path, bomb, "bomb.joblib")
    assert file.format in {"pickle", "joblib"}
    assert file.note == "compressed with zlib"


def test_a_folder_with_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "MOST_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("x")
    folder = collect_models(tmp_path)
    assert isinstance(folder, ModelFolder)
    assert folder.truncated
    assert len(folder.files) == 3


def test_the_folder_as_a_whole_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "ALL_OPCODES", 10)
    for number in range(4):
        (tmp_path / f"{number}.pkl").write_bytes(pickle.dumps(list(range(50))))
    folder = collect_models(tmp_path)
    assert isinstance(folder, ModelFolder)
    assert [file.note for file in folder.files][1:] == ["not followed: too much before it"] * 3


def test_what_is_no_folder(tmp_path: Path) -> None:
    assert isinstance(collect_models(tmp_path / "nowhere"), Missing)
    os.mkfifo(tmp_path / "pipe")
    assert isinstance(collect_models(tmp_path / "pipe"), Missing)
    folder = collect_models(tmp_path)
    assert isinstance(folder, ModelFolder)
    assert folder.files == ()


# Anything may be in a file


@settings(deadline=None)
@given(content=st.binary(max_size=400), name=st.sampled_from(["m.pkl", "m.joblib", "m.pt", "m.onnx", "m.json", "m"]))
def test_random_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    written(tmp_path_factory.mktemp("random"), content, name)


HEADS = [b"\x80\x04", b"\x80\x02", b"PK\x03\x04", b"\x1f\x8b\x08", b"x\x9c", b"BZh9", b"\xfd7zXZ\0", b"{L", b"\x08\x07"]


@settings(deadline=None)
@given(head=st.sampled_from(HEADS), content=st.binary(max_size=300), packed=st.booleans())
def test_random_bytes_behind_known_heads_never_raise(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, content: bytes, packed: bool
) -> None:
    body = head + content
    written(tmp_path_factory.mktemp("random"), bz2.compress(body) if packed else body, "m.onnx")


@settings(deadline=None)
@given(data=st.data())
def test_flipped_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray((OLD / "encoder-sklearn-1.2.2.joblib").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    written(tmp_path_factory.mktemp("flipped"), bytes(content), "m.joblib")
