"""The API server does not accept the pod that the template describes.

What it finds
-------------
`is invalid:` with the field and the value that validation refused, when a controller makes a pod.

Why it breaks
-------------
A template is checked less strictly than a pod, and defaults of the namespace (a limit range, a webhook) are put in
before the pod is checked: a default limit below the given request makes a pod that nobody wrote, and it is refused.

How to fix
----------
Change the field that is named. Where the value is not in the template, look for who puts it in.

Learn more
----------
Kubernetes documentation, "Configure Default Memory Requests and Limits for a Namespace".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.scenes import refused, scene
from checks.kubernetes.seen import workload_of
from checks.runtime.wording import titled

_INVALID = re.compile(
    r'(?:Pod|pods?) "[^"]*" is invalid: \[?(?P<field>[\w.\[\]-]+): '
    r"(?P<kind>Invalid value|Required value|Unsupported value|Duplicate value|Forbidden)"
    r"(?:: (?P<value>\"[^\"]*\"|[^:,\s]+))?(?:: (?P<why>[^,\]]+))?"
)


@check("kubernetes.template-invalid", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def template_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Name the field."""
    workload = workload_of(evidence)
    said = refusal(workload)
    found = said and _INVALID.search(said.message)
    if said is None or not found:
        return
    why = f": {found['why'].strip()}" if found["why"] else ""
    yield Finding(
        title=titled(
            f"the API server finds the pod invalid: {found['field'].rpartition('].')[2]}{why or found['kind']}", 88
        ),
        evidence=(said.quote,),
        about=(f"field:{found['field']}",),
        fixes=(
            Fix(
                title=f"correct {found['field']} in the template",
                commands=(
                    f"kubectl edit {workload.shown} -n {workload.namespace}",
                    f"kubectl describe limits -n {workload.namespace}",
                ),
            ),
        ),
    )


SAID = (
    'Pod "score-x" is invalid: spec.containers[0].resources.requests: Invalid value: "1Gi": '
    "must be less than or equal to memory limit"
)

CASES = (
    fires(scene(replica_sets=(refused(SAID),)), saw="resources.requests: must be less"),
    quiet(
        scene(
            replica_sets=(refused('pods "a" is forbidden: exceeded quota: q, requested: a=1, used: a=1, limited: a=1'),)
        )
    ),
)
