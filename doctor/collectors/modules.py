"""The modules of one's own beside the entry script that it imports."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, islice
from pathlib import Path

import msgspec

from checks.entry_script.helpers import imported_by
from checks.entry_script.module import parse
from checks.evidence import Script, SourceTree
from doctor.collectors.script import collect_script
from doctor.errors import CannotExamine

MOST_MODULES = 25  # as many, read twice, as stay in the caches of what checks work out of a module
LARGEST_MODULE = 200_000  # bytes; longer ones are made by programs


def with_modules(source: SourceTree, path: Path, script: Script, overlay: Mapping[str, str]) -> SourceTree:
    """The same with the text of the modules that the script imports, as `overlay` has it where it names the file."""
    modules = islice(_modules(path, script, source.files, overlay), MOST_MODULES)
    return msgspec.structs.replace(source, modules=dict(modules))


def _modules(
    path: Path, script: Script, files: Iterable[str], overlay: Mapping[str, str]
) -> Iterator[tuple[str, Script]]:
    """Each module once, the nearest ones first; what Python has itself is found before those of that name."""
    names = (file for file in files if file.endswith(".py") and file != path.name)
    there = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in names}
    pending = [("", script)] if there else []
    for name, one in pending:  # grows while it is walked
        for full in imported_by(parse(one.text), name, package=one.name == "__init__.py"):
            for prefix in accumulate(full.split("."), "{}.{}".format):
                file = there.pop(prefix, None)
                if file is None or prefix.partition(".")[0] in sys.stdlib_module_names:
                    continue
                module = _module(path.parent / file, overlay.get(file))
                if module is not None:
                    pending.append((prefix, module))
                    yield prefix, module


def _module(path: Path, text: str | None) -> Script | None:
    try:
        if path.stat().st_size > LARGEST_MODULE:
            return None
        read = collect_script(path, str(path))
    except (CannotExamine, OSError):
        return None
    return read if text is None else msgspec.structs.replace(read, text=text)
