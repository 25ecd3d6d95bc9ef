"""An object of the request body has one key twice.

What it finds
-------------
The same key two times or more in one object of a sample.

Why it breaks
-------------
JSON does not forbid it, and parsers differ: Python, and with it the server, takes the last value and says nothing.
What the first one holds is lost.

How to fix
----------
Send each key once.

Learn more
----------
Source: RFC 8259, section 4.
"""

import json
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.body import bodies
from checks.contract.form_cases import sent
from checks.contract.json_text import quote_at
from checks.contract.records import Json
from checks.contract.saying import cut
from checks.contract.value_scenes import rows_of, to_array
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import base_name

LONGEST = 2_000_000  # characters of a body that is read once more


@check("contract.key-twice", needs=("samples",), stage=Stage.RUN, severity=Severity.WARNING)
def key_twice(evidence: Evidence) -> Iterator[Finding]:
    """Point at the one that counts."""
    for body in bodies(evidence):
        keys = _twice(body.text.removeprefix("\ufeff")) if body.is_json else []
        for key in keys[:5]:
            source = body.sample.source
            found = list(re.finditer(rf"{re.escape(json.dumps(key, ensure_ascii=False))}\s*:", body.text))
            last = quote_at(source, body.text, found[-1].start(), found[-1].end()) if len(found) == 2 else None
            yield Finding(
                title=f"an object of {base_name(source)} has the key `{cut(key, 30)}` twice, and the last counts",
                evidence=(last or Quote(source=source, text=f"the key {key} stands twice in one object"),),
                about=(f"sample:{source}", "phase:run", f"name:{key}"),
                confidence=Confidence.CERTAIN,
                fixes=(Fix(title=f"send `{key}` once"),),
            )


def _twice(text: str) -> list[str]:
    """Keys that an object has more than once, in the order in which the objects end."""
    found: dict[str, None] = {}

    def look(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            found.update(dict.fromkeys(name for name in made if names.count(name) > 1))
        return made

    if len(text) > LONGEST:
        return []
    try:
        json.loads(text, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return []
    return list(found)


CASES = (
    fires(sent('{"data": [[1, 2]],\n "data": [[3, 4]]}'), saw="has the key `data` twice", line=2, findings=1),
    fires(sent('{"data": [{"a": 1, "a": 2}, {"a": 3}]}'), saw="stands twice in one object", findings=1),
    quiet(sent('{"data": [{"a": 1}, {"a": 2}]}'), name="once in each object"),
    quiet(to_array(rows_of([[1, 2]]))),
)
