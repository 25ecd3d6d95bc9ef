"""Functions that read more out of a log than one pattern can; a signature names one in `reader`."""

from collections.abc import Mapping

from checks.logs import access_text, build_text
from checks.logs.place import Place, Reader

__all__ = ["READERS", "Place", "Reader"]

READERS: Mapping[str, Reader] = {**build_text.READERS, **access_text.READERS}
"""Every reader by the name that signatures use."""
