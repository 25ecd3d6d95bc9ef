"""The tables of names, held against what is installed here, and against themselves."""

import importlib.metadata
import sys

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from checks.dependencies import names
from checks.dependencies.examples import conda, requirements
from checks.dependencies.imports import imported_modules
from checks.dependencies.module_name_not_distribution import wrong_names
from checks.evidence import Installed, Missing
from doctor.collectors.installed import installed


def test_installed_imports_are_known_or_fall_back_right() -> None:
    """For everything installed here with one plain top-level import, the first guess includes its distribution."""
    checked = 0
    for top, providers in importlib.metadata.packages_distributions().items():
        if top.startswith("_") or len(providers) != 1 or top in {"checks", "doctor", "tui", "azure", "google"}:
            continue
        provider = canonicalize_name(providers[0])
        if names.row_of(top) is None and canonicalize_name(top) != provider:
            continue  # a rarely imported part: the interpreter's own answer is asked first
        checked += 1
        assert provider in {canonicalize_name(name) for name in names.distributions_for(top)}, top
    assert checked > 30


@pytest.mark.parametrize(
    ("module", "first"),
    [
        ("sklearn.ensemble", "scikit-learn"),
        ("cv2", "opencv-python"),
        ("PIL.Image", "Pillow"),
        ("yaml", "PyYAML"),
        ("google.protobuf.json_format", "protobuf"),
        ("google.cloud.storage", "google-cloud-storage"),
        ("google.cloud.unheard_of", "google-cloud-unheard-of"),
        ("azure.storage.blob.aio", "azure-storage-blob"),
        ("azure.unheard.of", "azure-unheard-of"),
        ("azureml.core.model", "azureml-core"),
        ("azureml.unheard_of", "azureml-unheard-of"),
        ("my_tools.deep", "my-tools"),
    ],
)
def test_distributions_for(module: str, first: str) -> None:
    assert names.distributions_for(module)[0] == first


def test_tables_are_well_formed() -> None:
    for module, providers in names.rows("import_names"):
        assert all(part.isidentifier() for part in module.split(".")), module
        assert providers.split()
    assert len(names.rows("import_names")) > 500
    for name, brought in names.rows("brings_along"):
        assert canonicalize_name(name.split("[")[0]) == name.split("[")[0]
        assert all(canonicalize_name(other) == other or other == names.EVERYTHING for other in brought.split()), name
    for conda_name, pip in names.rows("conda_names"):
        assert conda_name != pip
    for name, (right, effect) in wrong_names().items():
        assert canonicalize_name(name) == name != canonicalize_name(right)
        assert effect in {"gone", "dummy", "other"}
    for release, python, wanted in names.rows("server_requires"):
        assert Version(release)
        assert SpecifierSet(python)
        assert all(Requirement(text) for text in wanted.split(";"))
    for table in ("newest_for_python", "oldest_for_python"):
        assert all(Version(row[1]) and Version(row[2]) for row in names.rows(table))


def test_the_server_s_own_requirements_are_in_the_table() -> None:
    """What the installed server requires is brought along, by the table alone."""
    brought = names.brought_by(requirements("azureml-inference-server-http"), Missing(reason="none"))
    for text in importlib.metadata.requires("azureml-inference-server-http") or []:
        requirement = Requirement(text)
        if requirement.marker is None:
            assert canonicalize_name(requirement.name) in brought, text
    last = names.rows("server_requires")[-1]
    assert last[0] == importlib.metadata.version("azureml-inference-server-http")


def test_what_is_brought_along() -> None:
    brought = names.brought_by(conda("pytorch", "scikit-learn", pip=("azureml-defaults",)), Missing(reason="none"))
    assert {"torch", "numpy", "joblib", "scipy", "flask", "azureml-core"} <= brought.keys()
    assert brought["joblib"] == "scikit-learn"
    here = Installed(distributions={}, requires={"mine": ("theirs",), "mine[more]": ("others",), "theirs": ("deep",)})
    assert {"theirs", "others", "deep"} <= names.brought_by(requirements("mine[more]"), here).keys()
    assert names.EVERYTHING in names.brought_by(conda("anaconda"), here)


def test_the_standard_library_by_version() -> None:
    assert names.is_standard("json.decoder")
    assert names.is_standard("distutils")
    assert names.is_standard("distutils", (3, 11))
    assert not names.is_standard("distutils", (3, 12))
    assert not names.is_standard("zoneinfo", (3, 8))
    assert not names.is_standard("numpy")


def test_how_badly_an_import_is_needed() -> None:
    from checks.cases import script

    text = """
import a
try:
    import b
except ImportError:
    import c
if flag:
    import d
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import e
if __name__ == "__main__":
    import f
from . import g
from google.cloud import storage
def init():
    import h
    helper()
def helper():
    import i
def unused():
    import j
try:
    import k
except ImportError:
    raise
def run(data): return data
"""
    found = {i.module: i.kind for i in imported_modules(script(text))}
    assert found == {
        "a": "needed",
        "b": "guarded",
        "c": "conditional",
        "d": "conditional",
        "typing": "needed",
        "google.cloud.storage": "needed",
        "h": "needed",
        "i": "needed",
        "k": "needed",
    }


# Installed distributions


def test_installed_is_what_the_library_says() -> None:
    found = installed(sys.path)
    for distribution in importlib.metadata.distributions():
        if (name := distribution.metadata["Name"]) and name != "deployment-doctor":
            assert found.distributions[canonicalize_name(name)] == distribution.version


def test_providers_and_requirements() -> None:
    found = installed(
        sys.path, needed=["sklearn.ensemble", "numpy", "jwt", "nowhere"], requirements_of=["scikit-learn"]
    )
    assert found.providers == {"sklearn": ("scikit-learn",), "numpy": ("numpy",), "jwt": ("pyjwt",)}
    assert {"numpy", "scipy", "joblib"} <= set(found.requires["scikit-learn"])
    extra = installed(sys.path, requirements_of=["inference-schema[numpy-support]"]).requires
    assert extra["inference-schema[numpy-support]"] == ("numpy",)


def test_odd_entries_of_a_path(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("site")
    (folder / "Old_Egg-1.0-py3.8.egg-info").write_text("Name: Old_Egg\nVersion: 1.0\n")
    (folder / "bare.egg-info").mkdir()
    (folder / "bare.egg-info" / "PKG-INFO").write_text("Name: bare\nVersion: 2.5\n")
    (folder / "broken-3.0.dist-info").mkdir()
    (folder / "mine-1.1.dist-info").mkdir()
    (folder / "mine-1.1.dist-info" / "METADATA").write_bytes(
        b"Requires-Dist: not a requirement!!\r\nRequires-Dist: x\r\n"
    )
    (folder / "mine-1.1.dist-info" / "RECORD").write_text("my_tools/__init__.py,,\nmy_mod.py,,\nother/my_mod2.py,,\n")
    path = [str(folder), str(folder / "nowhere"), "archive.zip", str(folder)]
    found = installed(path, needed=["my_tools", "my_mod", "my_mod2"], requirements_of=["mine", "absent"])
    assert found.distributions == {"old-egg": "1.0", "bare": "2.5", "broken": "3.0", "mine": "1.1"}
    assert found.providers == {"my_tools": ("mine",), "my_mod": ("mine",)}
    assert found.requires == {"mine": ("x",)}
