"""A library of the operating system is missing or too old.

What it finds
-------------
An import that fails in the dynamic linker: a `.so` or `.dll` that is not there, a glibc or libstdc++ that lacks a
version, a symbol that is undefined.

Why it breaks
-------------
The package is installed, but its compiled part needs a system library that pip does not bring. The import fails, so the
worker exits with code 3. This machine and the image may differ in both directions.

How to fix
----------
Install the system package in the image's Dockerfile, or take the variant of the package that does not need it
(`opencv-python-headless`); for glibc, a newer base image.

Learn more
----------
`ldd <the .so file>` names all libraries that are not found.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.reading import told_by
from checks.runtime.wording import titled

# Debian and Ubuntu packages, which the product's base images are made of, by the file they bring.
# Source: packages.debian.org, search of package contents.
PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libSM.so.6": "libsm6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libX11.so.6": "libx11-6",
    "libgomp.so.1": "libgomp1",
    "libodbc.so.2": "unixodbc",
    "libpq.so.5": "libpq5",
    "libmysqlclient.so.21": "libmysqlclient21",
    "libsndfile.so.1": "libsndfile1",
    "libsndfile.so": "libsndfile1",
    "libgfortran.so.5": "libgfortran5",
    "libopenblas.so.0": "libopenblas0",
    "libtbb.so.12": "libtbb12",
    "libzbar.so.0": "libzbar0",
    "libcairo.so.2": "libcairo2",
    "libpango-1.0-0": "libpango-1.0-0",
    "libssl.so.1.1": "libssl1.1",
    "libffi.so.7": "libffi7",
    "libaio.so.1": "libaio1",
    "libmagic.so.1": "libmagic1",
}


@check("runtime.shared-library-missing", needs=("probe",), stage=Stage.LOAD, explains=RAISED)
def shared_library_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the library and what brings it."""
    for failure in told_by("runtime.shared-library-missing", evidence):
        missing = re.search(r"(?:^|[\s:'])([\w.+-]+\.(?:so(?:\.\d+)*|dylib)): cannot open", failure.message)
        old = re.search(r"version [`'‘](\w+_[\d.]+)['’] not found", failure.message)
        symbol = re.search(r"undefined symbol: (\w+)", failure.message)
        if missing:
            title = f"the system library {missing.group(1)} is not installed"
        elif old:
            title = f"the system's libraries are older than {old.group(1)}, which a package needs"
        elif symbol:
            title = f"compiled parts of two packages do not fit: no symbol {symbol.group(1)}"
        else:
            title = "a compiled part of a package cannot be loaded"
        yield failure.finding(
            titled(title, 88),
            saw=tuple(Quote(source="probe", text=f"imported from the package {p}") for p in failure.packages[:1]),
            fixes=(_fix(missing.group(1) if missing else "", old=bool(old), package=failure.packages[:1]),),
        )


def _fix(missing: str, *, old: bool, package: tuple[str, ...]) -> Fix:
    if package == ("cv2",) and missing:
        return Fix(title="list opencv-python-headless instead of opencv-python", commands=("opencv-python-headless",))
    if missing in PACKAGES:
        return Fix(
            title=f"install {PACKAGES[missing]} in the image",
            commands=(f"RUN apt-get update && apt-get install -y --no-install-recommends {PACKAGES[missing]}",),
        )
    if missing:
        return Fix(
            title=f"install <package>, the one that brings {missing}, in the image",
            safety=Safety.PLACEHOLDER,
            commands=("RUN apt-get update && apt-get install -y --no-install-recommends <package>",),
        )
    if old:
        return Fix(title="build on a newer base image, or pin the package to a version made for this one")
    return Fix(title="install all compiled packages from one source, conda or pip, and pin their versions")


SCRIPT = "import cv2\n\ndef init(): ...\ndef run(data): return 1\n"
HERE = at(SCRIPT, "cv2")


def _fails(text: str, package: str = "cv2/__init__.py") -> Evidence:
    return seen(SCRIPT, raised_in(Phase.IMPORT, "ImportError", text, HERE, library(package)))


CASES = (
    fires(
        _fails("libGL.so.1: cannot open shared object file: No such file or directory"),
        saw="the system library libGL.so.1 is not installed",
        line=1,
        findings=1,
    ),
    fires(_fails("libsndfile.so.1: cannot open shared object file: No such file", "soundfile.py"), saw="libsndfile"),
    fires(
        _fails("/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.29' not found (required by /opt/a.so)", "torch/a.py"),
        saw="older than GLIBC_2.29",
    ),
    fires(_fails("DLL load failed while importing _ssl: The specified module could not be found.", "ssl.py")),
    quiet(_fails("cannot import name 'a' from 'cv2'")),
    quiet(
        _fails("libcuda.so.1: cannot open shared object file: No such file or directory", "torch/__init__.py"),
        name="the driver of a graphics card",
    ),
    quiet(seen(SCRIPT, *started())),
)
