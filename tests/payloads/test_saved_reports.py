"""A report that was saved without evidence has nobody to send to, and says so."""

from pathlib import Path

import msgspec
from payloads.benches import diagnosed

from doctor.payloads.places import NOWHERE, SAVED, nowhere, places_of


def test_a_saved_report_says_why_nothing_can_be_sent(tmp_path: Path) -> None:
    done = diagnosed("healthy-schema-numpy", tmp_path)
    saved = msgspec.structs.replace(done, evidence=None)
    assert (places_of(saved), nowhere(saved)) == ((), SAVED)
    assert (nowhere(None), nowhere(done)) == (NOWHERE, NOWHERE)
