"""Whole records without secrets: every text in them is masked, and counted by place."""

from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast

import msgspec

from checks.finding import Edit, Fix, Patch, Quote
from doctor.bundle.masking import mask
from doctor.containers.variables import arguments_of, without_secret
from doctor.diagnosis.call import Call
from doctor.redact import MASK

_T = TypeVar("_T")


class Masking:
    """Masks whole records, and counts by place what was masked."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def text(self, text: str, place: str) -> str:
        """A text of any length, its lines counted as before."""
        masked = mask(text)
        if masked != text:
            self.counts[place] += max(1, masked.count(MASK) - text.count(MASK))
        return masked

    def record(self, value: _T, place: str) -> _T:
        """A record, or what stands in one, with every text in it masked."""
        return cast(_T, self._masked(value, place))

    def _masked(self, value: Any, place: str) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self.text(str.__str__(value), place)
        if isinstance(value, msgspec.Struct):
            return self._struct(value, place)
        if isinstance(value, Mapping):
            return {self._masked(name, place): self._under(str(name), one, place) for name, one in value.items()}
        if isinstance(value, (tuple, list)):
            return self._items(value, place)
        return value

    def _items(self, values: Any, place: str) -> Any:
        masked = [self._masked(one, place) for one in values]
        if masked and all(type(one) is str for one in masked) and any(one.startswith("-") for one in masked):
            said = list(arguments_of(masked))
            self.counts[place] += sum(one != other for one, other in zip(said, masked, strict=True))
            masked = said
        return type(values)(masked)

    def _under(self, name: str, value: Any, place: str) -> Any:
        """What stands under a name that a person chose: it may tell that the value is secret."""
        if isinstance(value, str) and not isinstance(value, Enum) and value != MASK:
            shown = without_secret(name, value)
            if shown == MASK:
                self.counts[place] += 1
                return MASK
        return self._masked(value, place)

    def _struct(self, value: msgspec.Struct, place: str) -> msgspec.Struct:
        place = _place(value, place)
        fields = value.__struct_fields__
        changed = {name: self._masked(getattr(value, name), place) for name in fields}
        if isinstance(value, Call):
            self.counts[place] += len(value.variables)
            changed["variables"] = dict.fromkeys(value.variables, MASK)
        elif isinstance(value, Quote) and changed["text"] != value.text:
            changed["mark"] = None
        elif isinstance(value, Fix):  # applied, it would write the mask
            changed["edits"] = () if changed["edits"] != value.edits else value.edits
            changed["patches"] = () if changed["patches"] != value.patches else value.patches
        elif isinstance(value, (Edit, Patch)):
            pass
        elif {"name", "value"} <= set(fields) and isinstance(changed["value"], str):
            changed["value"] = self._under(str(changed["name"]), changed["value"], place)
        return msgspec.structs.replace(value, **changed)


def _place(value: msgspec.Struct, place: str) -> str:
    """A record with a file's path or a log's name is a place of its own."""
    for name in ("path", "source"):
        found = getattr(value, name, None)
        if isinstance(found, str) and found and hasattr(value, "text"):
            return mask(found)
    return place
