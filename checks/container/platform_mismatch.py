"""The image is made for another processor than the host has.

What it finds
-------------
An image whose architecture or system is not that of the engine, and `exec format error` of a compiled program.

Why it breaks
-------------
The processor cannot run the program. Where the host has an emulator registered (binfmt, Docker Desktop) it runs, many
times slower, and compiled libraries may crash; elsewhere the container ends at once with `exec format error`.

How to fix
----------
Build the image for the platform it runs on: on an Apple or ARM machine, say so with `--platform linux/amd64`.

Learn more
----------
Docker documentation, "Multi-platform builds". Managed endpoints and Azure ML images are linux/amd64.
"""

from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import (
    all_lines,
    answered,
    command_quote,
    container_of,
    image_of,
    inspected,
    is_up,
    name_of_image,
    state_quote,
)
from checks.container.starting import looks_like_script, other_platform, script_text, start_failure
from checks.containers import ContainerState, Image, Inside
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.runtime.wording import titled

CRASHED = frozenset({132, 134, 139})


@check(
    "container.platform-mismatch",
    needs=("container",),
    stage=Stage.BUILD,
    explains=(
        "container.restart-loop",
        "container.crashed",
        "container.init-hangs",
        "container.unhealthy",
        "logs.exec-format-error",
        "logs.image-platform-differs",
        "logs.image-platform-missing",
        "logs.emulation-crashed",
        "logs.segmentation-fault",
        "logs.cpu-instruction-unsupported",
        "logs.container-cannot-run",
        "logs.exit-code-126",
    ),
)
def platform_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """An error where it keeps the container from working, a warning where an emulator does the work."""
    seen, failure = container_of(evidence), start_failure(evidence)
    image, other = image_of(seen), other_platform(seen)
    refused = failure is not None and failure.kind == "wrong-format"
    if failure and refused and not other and _is_script(evidence, failure.program):
        return  # a script without its first line
    if not refused and not other:
        return
    emulated = tuple(line.quote for line in all_lines(evidence)[-200:] if line.text.startswith("qemu:"))[:1]
    broken = refused or bool(emulated) or seen.state.exit_code in CRASHED or (is_up(seen) and not answered(evidence))
    host = seen.engine.architecture or "another"
    program = failure.program if failure else ""
    title = (
        f"the image is built for {other}, the engine runs on {host}"
        if other
        else f"`{program}` is a program for another processor than {host}"
    )
    platforms = (
        inspected(seen, f"image: {image.os}/{image.architecture}; engine: {seen.engine.os}/{host}") if image else None
    )
    yield Finding(
        title=titled(title, 88),
        evidence=(
            *((failure.quote,) if refused and failure else ()),
            *emulated,
            *((platforms,) if platforms else ()),
            command_quote(seen),
            state_quote(seen),
        ),
        severity=Severity.ERROR if broken and (refused or not is_up(seen)) else Severity.WARNING,
        confidence=Confidence.CERTAIN if refused and other else Confidence.LIKELY,
        fixes=(
            Fix(
                title="build it for the platform it runs on",
                commands=(f"docker build --platform linux/{host} -t {name_of_image(seen)} .",),
            ),
            Fix(
                title="for a managed endpoint, that is linux/amd64; here, let an emulator run it to try it",
                commands=(f"docker run --rm --platform linux/{other or 'amd64'} {name_of_image(seen)}",),
            ),
        ),
    )


def _is_script(evidence: Evidence, program: str) -> bool:
    return looks_like_script(program) or script_text(evidence, program) is not None


ARM = Image(id="sha256:1", reference="score:1", architecture="arm64")
ENDED = ContainerState(status="restarting", exit_code=1, restarts=5)
CASES = (
    fires(
        container("exec /usr/bin/python3: exec format error", image=ARM, state=ENDED, command=("/usr/bin/python3",)),
        saw="built for arm64, the engine runs on amd64",
        findings=1,
    ),
    fires(container("exec /app/run.sh: exec format error", image=ARM, state=ENDED, command=("/app/run.sh",))),
    fires(
        container(
            "standard_init_linux.go:228: exec user process caused: exec format error",
            image=ARM,
            state=ENDED,
            command=("python",),
        ),
        name="an old runtime",
    ),
    fires(
        container("exec /app/scorer: exec format error", state=ENDED, command=("/app/scorer",)),
        saw="a program for another processor",
        name="one program of the image",
    ),
    fires(
        container(
            "qemu: uncaught target signal 11 (Segmentation fault) - core dumped",
            image=ARM,
            state=ContainerState(status="exited", exit_code=139, signal="SIGSEGV"),
        ),
        saw="uncaught target signal",
    ),
    fires(container(image=ARM), saw="built for arm64", name="emulated: a warning"),
    quiet(container(), name="the same"),
    quiet(container(image=Image(id="sha256:1", reference="score:1", architecture="x86_64")), name="another name of it"),
    quiet(
        container(
            "exec /app/run.sh: exec format error",
            {"inside": Inside(how="frozen", texts={"/app/run.sh": "echo hi\n"})},
            state=ENDED,
            command=("/app/run.sh",),
        ),
        name="a script without its first line",
    ),
    quiet(container(image=Image(id="sha256:1", reference="score:1")), name="the architecture is not known"),
)
