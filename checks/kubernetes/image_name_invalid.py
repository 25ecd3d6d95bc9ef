"""The image's name is no valid reference.

What it finds
-------------
Upper-case letters in the name, a scheme before it, spaces, a second colon, an empty tag, a placeholder that nobody
filled in; in pods (InvalidImageName) and in what pods shall be made from.

Why it breaks
-------------
A reference is `host:port/path:tag` or `...@sha256:digest`, its path in lower case. The kubelet reads it before it asks
any registry and gives up at once (InvalidImageName); trying again changes nothing.

How to fix
----------
Write the reference as the registry shows it.

Learn more
----------
Kubernetes documentation, "Images": image names. Source: distribution/reference, `reference.go`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.pull_cures import FOLLOWS
from checks.kubernetes.scenes import deployment, pod, running, scene, spec, waiting
from checks.kubernetes.seen import quote_field, quote_waiting, templates, workload_of
from checks.kubernetes.stuck import waiting_for
from checks.runtime.wording import titled

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:(?:{_PART}(?:\.{_PART})*|\[[0-9a-fA-F:]+\])(?::\d+)?/)?"
_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = rf"{_NAME}(?:/{_NAME})*"
_TAG = r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?"
_REFERENCE = re.compile(_HOST + _PATH + _TAG, re.ASCII)
_SCHEME = re.compile(r"^[a-z][a-z+.-]*://")
_OPEN = re.compile(r"\$\{?\w|\$\(|\{\{|<[\w -]+>|%\w+%|__\w+__$")


@check(
    "kubernetes.image-name-invalid",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=(*FOLLOWS, "logs.image-name-invalid"),
)
def image_name_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Say what is wrong in the name, and how it would be right."""
    workload = workload_of(evidence)
    refused = {one.name: one for one in waiting_for(workload, "InvalidImageName")}
    asked: dict[str, tuple[Container, bool]] = {one.name: (one, init) for one, init in templates(workload)}
    asked |= {name: (one.spec, one.init) for name, one in refused.items()}
    for name, (container, init) in asked.items():
        image, found = container.image, refused.get(name)
        if found is None and (not image or _REFERENCE.fullmatch(image)):
            continue
        wrong, right = _wrong(image)
        said: tuple[Quote, ...] = (quote_waiting(found),) if found else ()
        where = f"{'init container' if init else 'container'} {name}"
        yield Finding(
            title=titled(f"the image name is invalid, {wrong}: `{image}`", 88),
            evidence=(*said, quote_field(f"{workload.shown} {where}", "image", image)),
            about=(f"image:{image}", f"container:{name}"),
            fixes=(of_container("write a valid reference", workload, name, {"image": right}, init=init),),
            confirm=f"kubectl get pods -n {workload.namespace}",
        )


def _wrong(image: str) -> tuple[str, str]:
    """What is wrong, and the corrected name (with a placeholder where only a person knows)."""
    unknown = "<registry>/<name>:<tag>"
    if _OPEN.search(image):
        return "a placeholder was not filled in", unknown
    if found := _SCHEME.match(image):
        return f"it begins with the scheme {found[0]}", _valid_or(image[found.end() :], unknown)
    if re.search(r"\s", image):
        return "it holds white space", _valid_or(re.sub(r"\s", "", image), unknown)
    rest, _, digest = image.partition("@")
    name, colon, tag = rest.rpartition(":") if ":" in rest.rsplit("/", 1)[-1] else (rest, "", "")
    if ":" in name.rsplit("/", 1)[-1]:
        return "it has two colons after the last slash", unknown
    if colon and not tag:
        return "its tag is empty", _valid_or(name, unknown)
    if name != name.lower():
        small = f"{name.lower()}{colon}{tag}" + (f"@{digest}" if digest else "")
        return "it must be lower case", _valid_or(small, unknown)
    if colon and not re.fullmatch(r"\w[\w.-]{0,127}", tag, re.ASCII):
        return f"`{tag}` is no tag", unknown
    return "it is no reference `registry/name:tag`", unknown


def _valid_or(image: str, other: str) -> str:
    return image if _REFERENCE.fullmatch(image) else other


UPPER = (
    'Failed to apply default image tag "R.example/Churn:7": couldn\'t parse image reference "R.example/Churn:7": '
    "invalid reference format: repository name must be lowercase"
)


CASES = (
    fires(
        scene(
            controller=deployment(spec(image="R.example/Churn:7")),
            pods=(pod(waiting("InvalidImageName", UPPER), spec(image="R.example/Churn:7")),),
        ),
        saw="it must be lower case",
        findings=1,
    ),
    fires(scene(controller=deployment(spec(image="https://r.example/churn:7"))), saw="scheme https://"),
    fires(scene(controller=deployment(spec(image="r.example/churn:7 "))), saw="white space"),
    fires(scene(controller=deployment(spec(image="r.example/churn:7:latest"))), saw="two colons"),
    fires(scene(controller=deployment(spec(image="r.example/churn:"))), saw="its tag is empty"),
    fires(scene(controller=deployment(spec(image="r.example/churn:${TAG}"))), saw="placeholder"),
    fires(
        scene(controller=deployment(spec(image="r.example/churn:1"), initContainers=[{"name": "load", "image": "A"}])),
        findings=1,
    ),
    quiet(scene(controller=deployment(spec(image="r.example:5000/a/b_c/churn__x:7.1-rc@sha256:" + "0" * 64)))),
    quiet(scene(controller=deployment(spec(image="churn")), pods=(pod(running()),)), name="no tag"),
    quiet(scene(controller=deployment(spec(image="localhost:5000/churn"))), name="a port is no tag"),
    quiet(scene(controller=deployment(spec(image="R.example/churn:V7"))), name="upper case in host and tag"),
)
