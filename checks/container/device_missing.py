"""A device that the container asks for is not there.

What it finds
-------------
The engine's error that a device of the host does not exist, or that it has no driver for GPUs.

Why it breaks
-------------
The engine hands devices over before it starts the command. GPUs (`--gpus`) need a card, its driver and the NVIDIA
container toolkit on the machine of the engine.

How to fix
----------
Install driver and toolkit there, or start the container without the device.

Learn more
----------
NVIDIA documentation, "Installing the NVIDIA Container Toolkit". Observed with engine 20.10.24.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import container_of, inspected, state_quote
from checks.container.starting import start_failure
from checks.containers import ContainerState, Limits
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled


@check(
    "container.device-missing",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=("logs.gpu-runtime-missing", "logs.gpu-container-init", "logs.container-cannot-run"),
)
def device_missing(evidence: Evidence) -> Iterator[Finding]:
    """Tell a GPU from any other device."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None or failure.kind not in ("device", "gpu"):
        return
    if failure.kind == "gpu":
        title = "the container asks for a GPU, and the engine has no driver that hands one over"
        count = seen.limits.gpus
        asked = (inspected(seen, f"GPUs asked for: {'all' if count < 0 else count}"),) if count else ()
        fixes = (
            Fix(
                title="install the toolkit on the engine's machine, and try it",
                commands=(
                    "sudo apt-get install -y nvidia-container-toolkit",
                    "sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker",
                    "nvidia-smi",
                ),
            ),
            Fix(title="start the container without --gpus, where the script can do without"),
        )
    else:
        device = failure.what or "a device"
        title = f"the device {device} is not there on the engine's machine"
        asked = ()
        fixes = (
            Fix(title="look what is there", commands=(f"ls -l {device}",)),
            Fix(title="start the container without it (--device)"),
        )
    yield Finding(title=titled(title, 88), evidence=(failure.quote, *asked, state_quote(seen)), fixes=fixes)


def _refused(words: str, gpus: int = 0) -> Evidence:
    return container(state=ContainerState(status="created", exit_code=128, error=words), limits=Limits(gpus=gpus))


CASES = (
    fires(
        _refused('could not select device driver "" with capabilities: [[gpu]]', gpus=-1),
        saw="GPUs asked for: all",
        findings=1,
    ),
    fires(
        _refused('error gathering device information while adding custom device "/dev/kfd": no such file or directory'),
        saw="the device /dev/kfd is not there",
    ),
    fires(
        _refused(
            "OCI runtime create failed: nvidia-container-cli: initialization error: load library failed: "
            "libnvidia-ml.so.1: cannot open shared object file"
        ),
        saw="asks for a GPU",
    ),
    quiet(container("RuntimeError: No CUDA GPUs are available"), name="the service misses a card"),
    quiet(container(limits=Limits(gpus=-1)), name="it runs"),
)
