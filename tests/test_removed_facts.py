"""The rows of removed.json against the packages that are installed here, and against Python itself."""

import importlib
import sys
import warnings
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.version import Version

from checks.entry_script.removals import Removal, module_row, modules, names, removed

TOP = {"scikit-learn": "sklearn", "numpy": "numpy", "pandas": "pandas", "scipy": "scipy", "python": ""}


def installed(package: str) -> Version | None:
    if package == "python":
        return Version(".".join(map(str, sys.version_info[:3])))
    try:
        return Version(version(package)) if package in TOP else None
    except PackageNotFoundError:
        return None


def there(dotted: str) -> bool:
    """Whether a dotted name can be imported, or read from a module."""
    parts = dotted.split(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for end in range(len(parts), 0, -1):
            try:
                found = importlib.import_module(".".join(parts[:end]))
            except ImportError:
                continue
            for part in parts[end:]:
                try:
                    found = getattr(found, part)
                except (AttributeError, ImportError):
                    return False
            return True
    return False


def gone_here(row: Removal) -> bool:
    here = installed(row.package)
    return (
        here is not None
        and bool(row.removed_in)
        and Version(row.removed_in) <= here
        and not (row.back_in and Version(row.back_in) <= here)
    )


ROWS = [*removed().modules, *removed().names]


@pytest.mark.parametrize("row", [r for r in ROWS if gone_here(r)], ids=lambda row: row.name)
def test_what_was_removed_is_not_here(row: Removal) -> None:
    assert not there(row.name)


@pytest.mark.parametrize("row", [r for r in ROWS if r.to and installed(r.package)], ids=lambda row: row.name)
def test_what_takes_its_place_is_here(row: Removal) -> None:
    here = installed(row.package)
    assert here is not None
    assert row.to is not None
    if Version(row.removed_in) <= here and row.to.split(".")[0] != "six":
        assert there(row.to)


def test_there_are_enough_rows_to_matter() -> None:
    assert len(removed().modules) >= 60
    assert sum(gone_here(row) for row in ROWS) >= 100


def test_rows_are_unique_and_name_their_source() -> None:
    assert len(modules()) == len(removed().modules)
    assert len(names()) == len(removed().names)
    assert all(row.source and row.use for row in ROWS)
    assert not modules().keys() & names().keys()


def test_versions_can_be_compared() -> None:
    for row in (*ROWS, *removed().methods, *removed().arguments):
        assert not row.removed_in or Version(row.removed_in)


def test_a_submodule_has_the_row_of_its_package() -> None:
    row = module_row("tensorflow.contrib.layers.python")
    assert row is not None
    assert row.name == "tensorflow.contrib"
    assert module_row("sklearn.ensemble") is None


def test_methods_are_gone_from_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    kinds = {"a data frame": pandas.DataFrame, "a pandas series": pandas.Series}
    here = Version(version("pandas"))
    for row in removed().methods:
        if row.on in kinds and Version(row.removed_in) <= here:
            assert not hasattr(kinds[row.on], row.name), row.name
            assert row.to is None or hasattr(kinds[row.on], row.to), row.to
