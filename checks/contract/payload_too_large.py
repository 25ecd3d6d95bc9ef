"""The request body is larger than the platform takes.

What it finds
-------------
A sample above the limit of what stands before the service: 100 MB at the nginx of the inference images, 1.5 MB at a
managed endpoint of 2021, whose limit has not been stated since. Where the deployment is not known, only what is clearly
above every limit of a managed endpoint is told, and only to be known.

Why it breaks
-------------
The front end answers 413 before the container sees the request, so the service's log shows nothing. Bandwidth of a
managed endpoint is limited, too: a large body is slow before it is refused.

How to fix
----------
Send fewer rows at once, send an address of the data instead of the data, or use a batch endpoint.

Learn more
----------
Source: the product's pages on limits of online endpoints; the nginx configuration of the inference images.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.records import Deployment
from checks.contract.value_scenes import to_array
from checks.evidence import Evidence, Missing, Sample, Samples
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage

MEGABYTE = 1_000_000
NGINX = 100 * 1024 * 1024
MANAGED = 1_572_864  # 1.5 MB, stated in 2021
CLEARLY = 10 * MEGABYTE


@check("contract.payload-too-large", needs=("samples",), stage=Stage.RUN, severity=Severity.WARNING)
def payload_too_large(evidence: Evidence) -> Iterator[Finding]:
    """Hold the size of each sample against the smallest limit on its way."""
    assert not isinstance(evidence.samples, Missing)
    if not isinstance(evidence.probe, Missing) and evidence.probe.is_batch:
        return
    deployment = None if isinstance(evidence.deployment, Missing) else evidence.deployment
    for sample in evidence.samples.items:
        told = _limit(sample.size, deployment)
        if told is None:
            continue
        limit, who, severity, confidence = told
        size = f"{sample.size / MEGABYTE:.1f} MB"
        yield Finding(
            title=f"the body of {size} is above the limit of {who}",
            severity=severity,
            confidence=confidence,
            evidence=(
                Quote(source=sample.source, text=f"{sample.size:,} bytes, expected at most {limit:,}"),
                *(
                    (Quote(source=deployment.source, text=f"the deployment is {deployment.kind}"),)
                    if deployment
                    else ()
                ),
            ),
            about=(f"sample:{sample.source}", "phase:run", "status:413"),
            fixes=(Fix(title="send fewer rows in a request, or use a batch endpoint"),),
        )


def _limit(size: int, deployment: Deployment | None) -> tuple[int, str, Severity, Confidence] | None:
    if size > NGINX:
        return NGINX, "the server's nginx", Severity.ERROR, Confidence.LIKELY
    managed = deployment is not None and deployment.kind == "managed"
    if managed and size > MANAGED:
        return MANAGED, "managed endpoints in 2021", Severity.WARNING, Confidence.POSSIBLE
    if deployment is None and size > CLEARLY:
        return MANAGED, "managed endpoints in 2021", Severity.INFO, Confidence.POSSIBLE
    return None


def _sized(size: int, kind: str | None = None) -> Evidence:
    made = to_array({"data": [[1, 2]]}).replace(
        samples=Samples(items=(Sample(source="big.json", text=None, size=size),))
    )
    return made.replace(deployment=Deployment(source="deployment.yml", kind=kind)) if kind else made  # type: ignore[arg-type]


CASES = (
    fires(_sized(2_000_000, "managed"), saw="the body of 2.0 MB is above the limit of managed endpoints", findings=1),
    fires(_sized(200_000_000), saw="the server's nginx", findings=1),
    fires(_sized(20_000_000), saw="20.0 MB", findings=1),
    quiet(_sized(1_000_000, "managed")),
    quiet(_sized(20_000_000, "kubernetes")),
    quiet(_sized(5_000_000), name="nobody knows where it goes"),
)
