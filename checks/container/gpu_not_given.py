"""The service needs a GPU, and the container was given none.

What it finds
-------------
Messages of CUDA and its libraries, in the log or the rehearsal, that no card or driver is there, in a container that
was started without `--gpus`.

Why it breaks
-------------
A container sees no card of its host, and no driver library, unless they are handed over when it is made; the image has
the CUDA libraries alone.

How to fix
----------
Start it with `--gpus all`, or let the script fall back to the processor.

Learn more
----------
Docker documentation, `docker run --gpus`. NVIDIA Container Toolkit, "Specialized configurations": with its runtime as
the default, NVIDIA_VISIBLE_DEVICES hands cards over as well.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.remake import remade
from checks.container.seen import blamed, container_of, image_of, inspected, probe_if_any
from checks.containers import Container, Image, Limits
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.reading import told_by

MISSED = ("no-nvidia-driver", "no-cuda-device", "cuda-not-available", "driver-not-detected", "driver-library-missing")
FOR_CUDA = ("NVIDIA_VISIBLE_DEVICES", "CUDA_VERSION", "NVIDIA_REQUIRE_CUDA", "NV_CUDA_LIB_VERSION")
BY_MODEL = "cuda-checkpoint-on-cpu"  # a model that could be loaded to the processor as well


@check(
    "container.gpu-not-given",
    needs=("container",),
    stage=Stage.INIT,
    explains=(
        "container.restart-loop",
        "runtime.gpu-missing",
        "runtime.init-raised",
        f"logs.{BY_MODEL}",
        *(f"logs.{one}" for one in MISSED),
    ),
)
def gpu_not_given(evidence: Evidence) -> Iterator[Finding]:
    """Likely, and certain where the image is one of CUDA."""
    seen = container_of(evidence)
    if seen.limits.gpus or seen.limits.privileged:
        return
    cuda = tuple(name for name in FOR_CUDA if name in _names(seen))
    told = tuple(line.quote for line in blamed(evidence, *MISSED, *((BY_MODEL,) if cuda else ())))
    rehearsed = _rehearsed(evidence) if cuda else ()
    if not told and not rehearsed:
        return
    image = (inspected(seen, f"the image is one of CUDA: it sets {', '.join(cuda[:2])}"),) if cuda else ()
    yield Finding(
        title="the service needs a GPU, and the container was started without one",
        evidence=(
            *rehearsed[:2],
            *told[:2],
            inspected(seen, "GPUs given: none" + ("" if seen.is_pod else " (no --gpus)")),
            *image,
        ),
        confidence=Confidence.CERTAIN if cuda and told else Confidence.LIKELY,
        fixes=(
            remade(
                "give it the cards of the host",
                seen,
                "--gpus",
                "all",
                compose="    deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, "
                "capabilities: [gpu]}]}}}",
                edge='"HostConfig": {"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]}',
            ),
            Fix(
                title="let the script do without",
                commands=('device = "cuda" if torch.cuda.is_available() else "cpu"',),
            ),
        ),
    )


def _names(seen: Container) -> set[str]:
    image = image_of(seen)
    return {*seen.environment, *(image.environment if image else ())}


def _rehearsed(evidence: Evidence) -> tuple[Quote, ...]:
    if probe_if_any(evidence) is None:
        return ()
    return tuple(quote for failure in told_by("runtime.gpu-missing", evidence) for quote in failure.quotes)


NVIDIA = Image(id="sha256:1", reference="score:1", architecture="amd64", environment=("PATH", "NVIDIA_VISIBLE_DEVICES"))
SAYS = (
    "I [8] azmlinfsrv.user_script - Invoking user's init function\n"
    "E [8] azmlinfsrv - User's init function failed\n"
    "E [8] azmlinfsrv - Encountered Exception Traceback (most recent call last):\n"
    '  File "/var/azureml-app/score.py", line 4, in init\n    model.cuda()\n'
    "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU\n"
)
CASES = (
    fires(container(SAYS, image=NVIDIA), saw="it sets NVIDIA_VISIBLE_DEVICES", findings=1),
    fires(container(SAYS), saw="Found no NVIDIA driver"),
    quiet(container(SAYS, image=NVIDIA, limits=Limits(gpus=-1)), name="given, and the driver is at fault"),
    quiet(container(image=NVIDIA), name="an image of CUDA that does without"),
    quiet(
        container("E AssertionError: Torch not compiled with CUDA enabled"),
        name="a build without CUDA, which no card would help",
    ),
)
