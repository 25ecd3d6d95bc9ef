"""`doctor diagnose docker` of a container that starts again and again, beside what a person would type.

Without a rehearsal against `docker inspect` and `docker logs`, one after the other; with one against a start of the
same image until it ends. `python -m benchmarks.containers` prints these figures alone; one of them is a diagnosis in a
process that did another one before.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from benchmarks.measure import Ratio, command, in_turn

ROOT = Path(__file__).resolve().parent.parent
DOCTOR = Path(sys.executable).with_name("doctor")
SERVICE = "import-not-installed"
VARIABLE = "AZUREML_MODEL_DIR=/var/azureml-app/model"
ROUNDS = 9
STARTS = 5  # before anything is measured; by then the engine waits some seconds between two
FOUND = (1,)
FAILED = (3,)  # how the service ends


def ratios() -> list[Ratio]:
    """Both diagnoses; none where no engine runs."""
    if not engine_answers():
        sys.stderr.write("no Docker engine answers: containers are not compared\n")
        return []
    image = image_of(SERVICE)
    with looping(image) as name:
        diagnose = (DOCTOR, "diagnose", "docker", name)
        cold, warm, asked = in_turn(
            ROUNDS,
            command(*diagnose, "--no-rehearse", accept=FOUND),
            diagnosed(name),
            both(command("docker", "inspect", name), command("docker", "logs", name)),
        )
        rehearsed, started = in_turn(
            ROUNDS,
            command(*diagnose, "--rehearse", accept=FOUND),
            command("docker", "run", "--rm", "--env", VARIABLE, image, accept=FAILED),
        )
    return [
        Ratio(
            what="diagnosis of a container / docker inspect + logs",
            measured=f"{cold * 1e3:.0f} / {asked * 1e3:.0f} ms = {cold / asked:.1f}x",
            promised="< 2x",
            met=cold < 2 * asked,
        ),
        Ratio(
            what="the same in a process that diagnosed before",
            measured=f"{warm * 1e3:.0f} / {asked * 1e3:.0f} ms = {warm / asked:.1f}x",
            promised="< 2x",
            met=warm < 2 * asked,
        ),
        Ratio(
            what="diagnosis with rehearsal / one start of the image",
            measured=f"{rehearsed:.2f} / {started:.2f} s = {rehearsed / started:.2f}x",
            promised=f"< {1.5 * started + 1:.2f} s (1.5x + 1)",
            met=rehearsed < 1.5 * started + 1,
        ),
    ]


def engine_answers() -> bool:
    """Whether a Docker engine runs here."""
    return bool(shutil.which("docker")) and not subprocess.run(["docker", "info"], capture_output=True).returncode


def image_of(sample: str) -> str:
    """The image of a sample, as the tests make it."""
    sys.path[:0] = [str(ROOT / "sample-broken-services"), str(ROOT / "tests" / "docker")]
    import docker
    from images import image_for  # type: ignore[import-not-found]
    from sample_services import container_services  # type: ignore[import-not-found]

    (service,) = (one for one in container_services() if one.name == sample)
    return str(image_for(docker.from_env(timeout=600).api, service))


@contextmanager
def looping(image: str) -> Iterator[str]:
    """A container that the engine has restarted some times; removed at the end."""
    name = f"benchmark-{uuid4().hex[:8]}"
    command("docker", "run", "--detach", "--name", name, "--restart", "always", "--env", VARIABLE, image)()
    try:
        give_up = time.monotonic() + 120
        while int(_printed("docker", "inspect", "--format", "{{.RestartCount}}", name)) < STARTS:
            assert time.monotonic() < give_up, "the container is not restarted"
            time.sleep(0.5)
        yield name
    finally:
        command("docker", "rm", "--force", "--volumes", name)()


def diagnosed(name: str) -> Callable[[], None]:
    """A diagnosis in this process, where everything is loaded after the first one."""
    from doctor.containers.diagnosis import diagnose
    from doctor.containers.wishes import Wishes

    def job() -> None:
        assert diagnose(name, Wishes(rehearse=False)).report.causes

    return job


def both(*jobs: Callable[[], None]) -> Callable[[], None]:
    def job() -> None:
        for one in jobs:
            one()

    return job


def _printed(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Print the figures."""
    for ratio in ratios():
        print(f"{ratio.what:52} {ratio.measured:>28}  {ratio.promised:>22}  {'met' if ratio.met else 'MISSED'}")


if __name__ == "__main__":
    main()
