"""Functions that read more out of a log than one pattern can; a signature names one in `reader`, as `file.function`.

A file is loaded when a log needs it: most logs need one or two.
"""

from functools import cache
from importlib import import_module

from checks.logs.place import Reader


@cache
def reader(name: str) -> Reader:
    """The reader that signatures call so, of those in the `READERS` of its file. Raises KeyError or ImportError."""
    file, _, function = name.partition(".")
    found: Reader = import_module(f"checks.logs.{file}").READERS[function]
    return found
