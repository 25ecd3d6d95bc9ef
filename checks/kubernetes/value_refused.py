"""A field of a manifest has a value that the API server does not allow.

What it finds
-------------
A word outside the ones allowed (`imagePullPolicy: always`, `type: Loadbalancer`), a deployment whose pods shall not
restart, a container without an image, a port beyond 65535, a probe without an action or with two, a liveness probe that
must succeed twice, a variable with a value and a source, a GPU by halves, an access mode or a path type that does not
exist.

Why it breaks
-------------
The schema allows any text there, so a linter passes it; the API server knows the few that mean something and refuses
the object with `Unsupported value` or `Invalid value`.

How to fix
----------
Write one of the allowed values; they are case-sensitive.

Learn more
----------
Source: kubernetes/pkg/apis/core/validation, of 1.20 to 1.34.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.manifest_faults import last_of
from checks.kubernetes.refusals_of_objects import of_objects
from checks.kubernetes.refusals_of_pods import NOT_SET, Remark, of_pods
from checks.kubernetes.scenes import Made, deployment, keys, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of


@check("kubernetes.value-refused", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def value_refused(evidence: Evidence) -> Iterator[Finding]:
    """Hold the values against those that the API server allows."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    for source, path, seen, allowed in (*of_pods(workload), *of_objects(workload)):
        field = last_of(path)
        value = f"`{field}` {seen}" if isinstance(seen, Remark) else f"`{field}: {seen}`"
        title = f"`{field}` is not set in {source}" if seen == NOT_SET else f"{value} is refused in {source}"
        yield Finding(
            title=title[:88],
            evidence=(quote_field(source, path, seen), quote_field("expected", field, allowed)),
            about=(f"name:{source.partition('/')[2]}", f"field:{path}"),
            fixes=(Fix(title=_cure(str(allowed)), safety=Safety.REVIEW),),
        )


def _cure(allowed: str) -> str:
    """In words: `no probe` is to be taken out, anything else to be written."""
    no, _, rest = allowed.partition(" ")
    return f"take it out: {allowed}" if no == "no" and rest else f"write {allowed}"


PULL = "kubernetes.io/dockerconfigjson"


def nightly(schedule: str) -> Made:
    """A cron job with that schedule."""
    made = deployment(restartPolicy="Never")
    return {**made, "kind": "CronJob", "spec": {**made["spec"], "schedule": schedule}}


CASES = (
    fires(scene(controller=deployment(spec(imagePullPolicy="always")), from_files=True), saw="imagePullPolicy: always"),
    fires(scene(controller=deployment(restartPolicy="Never"), from_files=True), saw="restartPolicy: Never"),
    fires(
        scene(
            autoscalers=({"metadata": {"name": "score"}, "spec": {"minReplicas": 6, "maxReplicas": 4}},),
            from_files=True,
        ),
        saw="minReplicas is 6",
    ),
    fires(scene(secrets=(keys("pull", "config.json", type=PULL),), from_files=True), saw="the key .dockerconfigjson"),
    fires(scene(controller=nightly("0 3 * *"), kind="CronJob", from_files=True), saw="`schedule: 0 3 * *`", findings=1),
    fires(scene(controller=nightly("60 3 * * *"), kind="CronJob", from_files=True), saw="schedule", name="minute 60"),
    quiet(
        scene(controller=nightly("*/5 0-6,22 ? JAN-MAR mon"), kind="CronJob", from_files=True), name="ranges and names"
    ),
    quiet(scene(controller=nightly("TZ=UTC @every 1h30m"), kind="CronJob", from_files=True), name="an interval"),
    quiet(scene(secrets=(keys("pull", ".dockerconfigjson", type=PULL),), from_files=True), name="the key is there"),
    fires(scene(services=(service(type="Loadbalancer"),), from_files=True), saw="LoadBalancer"),
    fires(scene(controller=deployment(spec(livenessProbe={"periodSeconds": 5})), from_files=True), saw="0 actions"),
    quiet(
        scene(
            controller=deployment(
                spec(imagePullPolicy="Always", livenessProbe={"httpGet": {"path": "/", "port": "http"}})
            ),
            services=(service(),),
            from_files=True,
        )
    ),
)
