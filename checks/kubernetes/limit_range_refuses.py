"""A limit range of the namespace does not allow the pod.

What it finds
-------------
`maximum memory usage per Container is ...`, `minimum cpu usage ...` and `max limit to request ratio` of admission.

Why it breaks
-------------
A LimitRange bounds what one container or pod may ask for. The API server refuses a pod outside of the bounds, so there
is none, and nothing has a log.

How to fix
----------
Bring requests and limits within the bounds, or change the limit range.

Learn more
----------
Kubernetes documentation, "Limit Ranges".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.kubernetes.admission import refusal
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import refused, scene
from checks.kubernetes.seen import templates, workload_of

_BOUND = re.compile(
    r"(?P<kind>maximum|minimum) (?P<what>[\w.-]+) usage per (?P<of>Container|Pod) is (?P<bound>\S+?),? but "
    r"(?P<field>limit|request)(?: is (?P<asked>[^\s,.\]]+)|s? (?:are|is) not)?"
)
_RATIO = re.compile(r"(?P<what>[\w.-]+) max limit to request ratio per (?P<of>\w+) is (?P<bound>\S+?),? but")


@check("kubernetes.limit-range-refuses", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def limit_range_refuses(evidence: Evidence) -> Iterator[Finding]:
    """Read what admission said."""
    workload = workload_of(evidence)
    said = refusal(workload)
    found = said and (_BOUND.search(said.message) or _RATIO.search(said.message))
    if said is None or not found:
        return
    groups = found.groupdict()
    what, bound = groups["what"], groups["bound"]
    names = [] if isinstance(workload.limit_ranges, Missing) else [one.metadata.name for one in workload.limit_ranges]
    asked = f", {groups['asked']} asked" if groups.get("asked") else ""
    kind = groups.get("kind") or "greatest ratio"
    first = next((c.name for c, init in templates(workload) if not init), None)
    wish = {"resources": {"requests": {what: bound}, "limits": {what: bound}}}
    yield Finding(
        title=f"limit range: {kind} {what} for a {groups['of'].lower()} is {bound}{asked}",
        evidence=(said.quote, *(Quote(source=f"limitrange/{name}", text=f"bounds {what}") for name in names)),
        about=(f"resource:{what}",),
        fixes=(
            *(
                [of_container(f"ask for {bound} of {what}", workload, first, wish)]
                if first and groups.get("kind")
                else []
            ),
            Fix(title="change the limit range", commands=(f"kubectl describe limits -n {workload.namespace}",)),
        ),
        confirm=f"kubectl describe limits -n {workload.namespace}",
    )


OVER = 'pods "score-6b5496fd48-" is forbidden: maximum memory usage per Container is 512Mi, but limit is 2Gi'

CASES = (
    fires(scene(replica_sets=(refused(OVER),)), saw="maximum memory for a container is 512Mi, 2Gi asked"),
    fires(
        scene(
            replica_sets=(
                refused('pods "a" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, x]'),
            )
        ),
        saw="minimum cpu",
    ),
    fires(
        scene(
            replica_sets=(
                refused('pods "a" is forbidden: memory max limit to request ratio per Container is 2, but it is 4'),
            )
        ),
        saw="ratio",
    ),
    quiet(scene(replica_sets=(refused('pods "a" is forbidden: exceeded quota: q, requested: a=1'),))),
)
