"""The body has NaN or Infinity, which only some parsers read.

What it finds
-------------
`NaN`, `Infinity` or `-Infinity` outside of texts: what json.dumps() writes for missing and infinite numbers.

Why it breaks
-------------
Python's json reads these words, so the service gets the numbers; they are no JSON all the same. Gateways, API
management, JavaScript and other clients refuse the body, and most models refuse the number: `Input contains NaN`.

How to fix
----------
Send null for what is missing, and let run() say what null means; `frame.to_json()` writes null by itself.

Learn more
----------
RFC 8259, section 6: numeric values that cannot be represented, such as Infinity and NaN, are not permitted.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, accepted, sent, to_schema
from checks.contract.forms import samples_of
from checks.contract.json_text import NO_VALUE, constants, place_at, quote_at, value_of
from checks.contract.wanted import wanted
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.runtime.wording import base_name


@check(
    "contract.json-constant",
    needs=("samples",),
    stage=Stage.RUN,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    explains=(
        "contract.not-finite",
        "contract.request-refused",
        "runtime.payload-mismatch",
        "runtime.invalid-json-result",
    ),
)
def json_constant(evidence: Evidence) -> Iterator[Finding]:
    """Look for the words where the body is JSON for Python."""
    takes = wanted(evidence)
    if takes is None or takes.json is False:
        return
    for sample in samples_of(evidence):
        text = sample.text or ""
        found = constants(text) if value_of(text.removeprefix("\ufeff")) is not NO_VALUE else ()
        if not found or (takes.json is None and not sample.source.lower().endswith(".json")):
            continue
        word, at = found[0]
        place = place_at(text, at)
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield Finding(
            title=f"{base_name(sample.source)} has {word}{more}, which JSON has not (line {place.line})",
            evidence=(quote_at(sample.source, text, at, at + len(word)),),
            about=(f"sample:{sample.source}",),
            fixes=(Fix(title="send null for what is missing", commands=("json.dumps(payload, allow_nan=False)",)),),
        )


CASES = (
    fires(sent('{"data": [[1, NaN]]}'), saw="has NaN, which JSON has not (line 1)", line=1, findings=1),
    fires(accepted('{"data": [[1, NaN],\n [-Infinity, 2]]}'), saw="NaN and 1 more", name="also where run() takes it"),
    fires(to_schema('{"data": [[Infinity, 2]]}'), saw="Infinity"),
    quiet(sent('{"data": [["NaN", null]]}'), name="a text"),
    quiet(sent("NaN and Infinity", READS_TEXT, "sample.txt"), name="a service of texts"),
)
