"""What a rehearsal sees besides the run of the entry script: files, packages, memory, and imports one by one."""

import sys
from typing import Any

from checks.containers import Container, Inside
from checks.entry_script.module import parse
from checks.evidence import Installed, Missing
from doctor.containers.brought import Brought
from doctor.containers.inside_records import SECONDS as LOOK
from doctor.containers.inside_records import answer_of, inside_of, installed_of, problems_of, wishes_of

IMPORTS = 30.0  # seconds for all imports together
SECONDS = LOOK + IMPORTS
MOST_IMPORTS = 30
_OF_LIBRARIES = frozenset({"bz2", "ctypes", "curses", "dbm", "lzma", "readline", "sqlite3", "ssl", "tkinter", "zlib"})
"""Modules of Python itself that need libraries of the system."""
_OF_SERVER = ("azureml.contrib.services", "azureml_inference_server_http")


def wishes(container: Container, text: str, cwd: str) -> dict[str, Any]:
    """What is looked at. `text` is that of the entry script, whose imports are tried if it cannot be imported."""
    wished = wishes_of(container, imports=imports_of(text), seconds=SECONDS)
    return {**wished, "path": list(dict.fromkeys([cwd, *wished["path"]])), "import_seconds": IMPORTS / 2}


def imports_of(text: str) -> list[str]:
    """Modules that the script imports, in its order, without what every Python and every server has."""
    found = parse(text).imported_modules
    lines = sorted(found, key=lambda name: getattr(found[name], "lineno", 0))
    return [name for name in lines if _can_fail(name)][:MOST_IMPORTS]


def _can_fail(name: str) -> bool:
    if name.startswith(_OF_SERVER):
        return False
    top = name.partition(".")[0]
    return top not in sys.stdlib_module_names or top in _OF_LIBRARIES


def read(
    output: bytes, container: Container, brought: Brought
) -> tuple[Inside | Missing, Installed | Missing, tuple[str, ...]]:
    """The evidence of what was seen, and what could not be."""
    document = answer_of(output)
    if document is None:
        why = Missing(reason="the rehearsal ended before it could look around")
        return why, why, ()
    distributions = (document.get("packages") or {}).get("versions", ())
    return (
        inside_of(document, container, "rehearsal", brought),
        installed_of(document, requirements_of=distributions),
        problems_of(document),
    )
