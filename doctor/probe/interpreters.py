"""Which Python runs the probe, and what is said when it cannot."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from checks.evidence import Missing

OLDEST = (3, 6)
_LOOKS_LIKE_PYTHON = re.compile(r"(python|pypy)[\d.w]*(\.exe)?\Z", re.IGNORECASE)
_REMEDY = "give the path of a Python 3.6 or newer with --python"


def choose(wanted: str | None) -> str | Missing:
    """The interpreter: the wanted one, else that of the active environment, else doctor's own.

    Where doctor is installed apart (pipx, uv tool), its own knows none of the person's packages: then PATH's `python3`.

    A name without a folder is looked up on PATH, a folder is taken for an environment. Missing says what is wrong.
    """
    if wanted is None:
        return active() or (_on_path() if _is_apart() else None) or sys.executable
    found = _resolve(wanted)
    if isinstance(found, Missing) or _LOOKS_LIKE_PYTHON.search(Path(found).name):
        return found
    return vet(found) or found  # any program may be called so; ask it before it is handed a file


def active() -> str | None:
    """The interpreter of the activated virtual or conda environment; None when there is none, or it is doctor's own."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = os.environ.get(variable)
        if not prefix or os.path.realpath(prefix) == os.path.realpath(sys.prefix):
            continue
        if executable := _inside(Path(prefix)):
            return executable
    return None


def _is_apart() -> bool:
    """Whether a tool installer made this environment for doctor alone: each leaves its receipt there."""
    return any(Path(sys.prefix, receipt).is_file() for receipt in ("pipx_metadata.json", "uv-receipt.toml"))


def _on_path() -> str | None:
    return shutil.which("python3") or shutil.which("python")


def _inside(folder: Path) -> str | None:
    for name in ("bin/python", "Scripts/python.exe", "python.exe", "bin/python3"):
        if os.access(folder / name, os.X_OK):
            return str(folder / name)
    return None


def _resolve(wanted: str) -> str | Missing:
    path = Path(wanted).expanduser()
    if os.sep not in wanted and not path.exists():
        found = shutil.which(wanted)
        return found or Missing(reason=f"the interpreter {wanted} is not on PATH; {_REMEDY}")
    if path.is_dir():
        inside = _inside(path.absolute())  # the probe starts in another folder
        return inside or Missing(reason=f"the folder {wanted} holds no Python interpreter (no bin/python); {_REMEDY}")
    if not path.exists():
        return Missing(reason=f"the interpreter {wanted} is not there; {_REMEDY}")
    if not os.access(path, os.X_OK):
        return Missing(reason=f"the interpreter {wanted} is not executable; make it so (chmod +x), or {_REMEDY}")
    return str(path.absolute())


def vet(python: str) -> Missing | None:
    """Why this program cannot run the probe, or None when it is a Python that can. Starts it, up to 10 seconds."""
    question = "import sys; sys.stdout.write('.'.join(map(str, sys.version_info[:3])))"
    try:
        answer = subprocess.run(  # noqa: S603 the person's own choice of interpreter
            [python, "-c", question], capture_output=True, timeout=10, stdin=subprocess.DEVNULL, check=False
        )
    except OSError as error:
        return Missing(reason=f"the interpreter {python} does not start: {error.strerror or error}; {_REMEDY}")
    except subprocess.TimeoutExpired:
        return Missing(reason=f"the interpreter {python} gave no answer within 10 seconds; {_REMEDY}")
    version = answer.stdout.decode("ascii", "replace")
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    if match is None:
        said = (answer.stderr or answer.stdout).decode("utf-8", "replace").strip().splitlines()
        told = f" (it said: {said[-1][:200]})" if said else ""
        return Missing(reason=f"{python} is no Python interpreter{told}; {_REMEDY}")
    if (int(match[1]), int(match[2])) < OLDEST:
        return Missing(reason=f"{python} is Python {version}, which is older than 3.6; {_REMEDY}")
    return None
