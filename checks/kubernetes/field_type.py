"""A field of a manifest has a value of the wrong type.

What it finds
-------------
A number or a truth value where the API expects a text (`value: 8080`, `value: yes`, a label `version: 1.0`), a quoted
number where it expects a number (`containerPort: "5001"`), a mapping where it expects a list, or the reverse; a value
in a secret's `data` that is not base64.

Why it breaks
-------------
YAML without quotes decides by the look of a value: `8080` is a number, `yes` and `on` are true. The API server decodes
strictly and refuses the whole object, with `cannot unmarshal number into Go struct field ... of type string` or
`invalid type for ...: got "integer", expected "string"`.

How to fix
----------
Put texts in quotes, take the quotes off numbers, put `- ` before each item of a list.

Learn more
----------
Kubernetes documentation, "Define Environment Variables for a Container": values are strings.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.manifest import Fault
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.manifest_faults import edited, expected, faults, short
from checks.kubernetes.manifest_scenes import edit, fault, manifest


@check("kubernetes.field-type", needs=("manifest",), stage=Stage.START, confidence=Confidence.CERTAIN)
def field_type(evidence: Evidence) -> Iterator[Finding]:
    """Tell each value with what it is and what is expected."""
    for one in faults(evidence, "type"):
        said = f"is {one.seen}, where {one.wanted} is due"
        yield Finding(
            title=f"`{short(one.field, 86 - len(said))}` {said}",
            evidence=expected(one, f"{one.seen}; expected {one.wanted}"),
            about=(f"file:{one.quote.source}", f"line:{one.quote.line}"),
            fixes=edited(_cure(one), one) or (Fix(title=_cure(one), safety=Safety.REVIEW),),
        )


def _cure(one: Fault) -> str:
    if one.hint:
        return one.hint
    if one.wanted == "a text":
        return "put the value in quotes"
    return "take the quotes off" if one.edits else f"write {one.wanted}"


CASES = (
    fires(
        manifest(
            fault(
                "type",
                "value: 8080",
                "spec.template.spec.containers[score].env[PORT].value",
                seen="a number `8080`",
                wanted="a text",
                edits=(edit('"8080"'),),
            )
        ),
        saw="is a number `8080`, where a text is due",
        line=12,
    ),
    fires(
        manifest(fault("type", "containers:", "spec.template.spec.containers", seen="a mapping", wanted="a list")),
        saw="spec.containers` is a mapping",
    ),
    quiet(manifest(fault("unknown", "x: 1", "spec.x"))),
)
