"""The request bodies of the evidence, parsed once for all checks that read them."""

import json
from dataclasses import dataclass
from functools import cached_property

from checks.contract.places import Places
from checks.contract.records import Json
from checks.evidence import Evidence, Missing, Sample


@dataclass(frozen=True)
class Body:
    """One request body. `value` is None where it is no JSON, and where it is null: see `is_json`."""

    sample: Sample
    value: Json
    is_json: bool

    @property
    def text(self) -> str:
        """The body as text, empty for bytes."""
        return self.sample.text or ""

    @cached_property
    def places(self) -> Places:
        """Where its values stand in the text."""
        return Places(self.text)


_remembered: list[tuple[object, tuple[Body, ...]]] = []


def bodies(evidence: Evidence) -> tuple[Body, ...]:
    """Every sample with its value. A body of text that begins with a byte-order mark is read without it."""
    if isinstance(evidence.samples, Missing):
        return ()
    for samples, known in _remembered:
        if samples is evidence.samples:
            return known
    found = tuple(_body(sample) for sample in evidence.samples.items)
    _remembered[:] = [(evidence.samples, found)]
    return found


def _body(sample: Sample) -> Body:
    if sample.text is None:
        return Body(sample, None, False)
    try:
        return Body(sample, json.loads(sample.text.removeprefix("\ufeff")), True)
    except (ValueError, RecursionError):  # ValueError also for a number of more than 4300 digits
        return Body(sample, None, False)
