"""The images that the tests use, made when they are asked for and kept by a digest of what they are made from.

    python tests/docker/images.py            makes all of them: the base, every layout, every sample
    python tests/docker/images.py --remove   removes them

No image registry is needed: the base is made by debootstrap from the distribution's default mirror (root, about a
minute). DOCTOR_TEST_BASE names an image to be used instead, for example python:3.11-slim-bookworm, on other machines.
A layout is a folder of `layouts` with a Dockerfile; a sample is a folder of sample-broken-services with a
container.toml. Both are built from the image before them, given as the build argument BASE.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import docker
import docker.errors
from docker.api.client import APIClient

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "sample-broken-services"))
    sys.path.insert(0, str(ROOT))

from sample_services import ContainerService, container_services, make_model  # noqa: E402

LABEL = "doctor-test"
SUITE = "bookworm"
PACKAGES = "ca-certificates,python3,python3-pip,python3-venv"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NOT_NEEDED = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale")
PASSED_ON = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT")
OF_THE_HARNESS = ("container.toml", "case.toml", "make_model.py", "__pycache__")


class CannotBuild(Exception):
    """An image that should have been built was not."""


class NotHere(CannotBuild):
    """What this machine lacks to make images."""


def base(api: APIClient) -> str:
    """The image that all others start from: a minimal Debian with Python, pip and the host's certificates."""
    if given := os.environ.get("DOCTOR_TEST_BASE"):
        if not _is_there(api, given):
            api.pull(given)
        return given
    certificates = CERTIFICATES.read_bytes() if CERTIFICATES.exists() else b""
    tag = f"doctor-test/base:{_digest(SUITE, PACKAGES, *NOT_NEEDED, certificates)}"
    with _once(api, tag) as is_missing:
        if is_missing:
            _bootstrap(api, tag, certificates)
    return tag


def _bootstrap(api: APIClient, tag: str, certificates: bytes) -> None:
    if not shutil.which("debootstrap") or os.geteuid() != 0:
        raise NotHere(
            "the base image of the tests is made by debootstrap, as root; install it (apt-get install debootstrap),"
            " or name an image: DOCTOR_TEST_BASE=python:3.11-slim-bookworm"
        )
    with tempfile.TemporaryDirectory(prefix="base-image-") as scratch:
        root, archive = Path(scratch, "root"), Path(scratch, "root.tar")
        _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root))
        for folder in NOT_NEEDED:
            shutil.rmtree(root / folder, ignore_errors=True)
        if certificates:
            (root / CERTIFICATES.relative_to("/")).write_bytes(certificates)
        _run("tar", "--directory", str(root), "--create", "--file", str(archive), ".")
        repository, _, version = tag.partition(":")
        api.import_image(src=str(archive), repository=repository, tag=version)


def _run(*words: str) -> None:
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise CannotBuild(f"{words[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}")


def layout_image(api: APIClient, layout: str) -> str:
    """The image of a layout without a service in it: "current" or "old"."""
    start = base(api)
    folder = HERE / "layouts" / layout
    constraints = pins()
    tag = f"doctor-test/{layout}:{_digest(start, constraints, _content(folder))}"
    with _once(api, tag) as is_missing:
        if is_missing:
            with tempfile.TemporaryDirectory(prefix="image-") as scratch:
                context = Path(scratch, "context")
                shutil.copytree(folder, context)
                (context / "constraints.txt").write_text(constraints, encoding="utf-8")
                _build(api, tag, context, start)
    return tag


def pins() -> str:
    """The versions that the development environment has, as constraints: the images get the same."""
    text = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^[\w.-]+(?:\[.*?\])?==[^\\\n]+?(?= *\\?$)", text, re.MULTILINE)) + "\n"


def image_for(api: APIClient, service: ContainerService) -> str:
    """The image of a sample, built from its Dockerfile upon the image of its layout."""
    start = layout_image(api, service.layout)
    tag = f"doctor-test/{service.name}:{_digest(start, _content(service.folder))}"
    with _once(api, tag) as is_missing:
        if is_missing:
            with tempfile.TemporaryDirectory(prefix="image-") as scratch:
                context = Path(scratch, service.name)
                shutil.copytree(service.folder, context, ignore=shutil.ignore_patterns("__pycache__"))
                make_model(context)
                for name in OF_THE_HARNESS:
                    (context / name).unlink(missing_ok=True)
                _build(api, tag, context, start, service.platform_of_image)
    return tag


def _build(api: APIClient, tag: str, context: Path, start: str, platform: str | None = None) -> None:
    arguments = {"BASE": start} | {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    told: list[str] = []
    for part in api.build(
        path=str(context),
        tag=tag,
        buildargs=arguments,
        labels={LABEL: "image"},
        network_mode="host",
        platform=platform,
        rm=True,
        forcerm=True,
        decode=True,
    ):
        told.append(part.get("stream") or part.get("error") or "")
        if "error" in part:
            raise CannotBuild(f"{tag} was not built:\n{''.join(told)[-3000:]}")
    _forget_former(api, tag)


def _forget_former(api: APIClient, tag: str) -> None:
    """Remove the images that were made from an earlier state of the same files, unless a container uses them."""
    name = tag.partition(":")[0]
    for former in [each for image in api.images(name) for each in image.get("RepoTags") or () if each != tag]:
        with suppress(docker.errors.APIError):
            api.remove_image(former)


def _is_there(api: APIClient, tag: str) -> bool:
    try:
        api.inspect_image(tag)  # type: ignore[no-untyped-call]
    except docker.errors.ImageNotFound:
        return False
    return True


@contextmanager
def _once(api: APIClient, tag: str) -> Iterator[bool]:
    """Whether an image has still to be made. One process at a time makes images; this file is the lock."""
    if _is_there(api, tag):
        yield False
        return
    with Path(__file__).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield not _is_there(api, tag)


def _content(folder: Path) -> bytes:
    """Names, modes and contents of all files below, but for what only the harness reads."""
    parts: list[bytes] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in {"container.toml", "case.toml"} and "__pycache__" not in path.parts:
            parts += [f"{path.relative_to(folder)} {path.stat().st_mode & 0o111} ".encode(), path.read_bytes()]
    return b"\0".join(parts)


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:12]


def remove_all(api: APIClient) -> list[str]:
    """Remove every image of the tests; the samples go before what they were built from."""
    tags = [tag for image in api.images() for tag in image.get("RepoTags") or () if tag.startswith("doctor-test/")]
    tags.sort(key=lambda tag: tag.startswith(("doctor-test/base:", *(f"doctor-test/{name}:" for name in layouts()))))
    for tag in tags:
        api.remove_image(tag)
    return tags


def layouts() -> list[str]:
    """The names of the layouts."""
    return sorted(path.parent.name for path in (HERE / "layouts").glob("*/Dockerfile"))


def main(words: list[str]) -> None:
    """Make, or remove, all images."""
    api = docker.from_env(timeout=600).api
    if words == ["--remove"]:
        _tell(*remove_all(api))
        return
    for layout in layouts():
        _tell(layout_image(api, layout))
    for service in container_services():
        _tell(image_for(api, service))


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
