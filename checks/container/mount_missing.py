"""The script reads a place that is given from outside, and nothing is mounted there.

What it finds
-------------
A file that could not be opened at an absolute path below a folder in which platforms and people mount data and secrets
(/mnt, /data, /run/secrets, ...), in a container that has no mount there.

Why it breaks
-------------
Such a folder is empty or absent in the image: what it holds on another machine or in the cluster comes from a mount, a
data store or a secret of that place. The container was started without it.

How to fix
----------
Mount the folder or the secret when the container is made. A secret does not belong into the code folder or the image;
data that the service always needs may travel with the model instead.

Learn more
----------
Docker documentation, "Bind mounts" and "Manage secrets in Compose".
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import lacking
from checks.container.places import container_of, model_dir, mount_over, places_of, within
from checks.container.remake import remade
from checks.container.scenes import APP, bind, folder, frozen, seen, traceback
from checks.containers import Answer, Answers, Container
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import base_name, titled
from checks.text import listed

SECRETS = ("/run/secrets", "/var/run/secrets", "/mnt/secrets", "/mnt/secrets-store", "/secrets", "/etc/secrets")
DATA = ("/mnt", "/data", "/media", "/mount", "/mounts", "/volume", "/volumes", "/share", "/nfs", "/efs", "/dbfs")
_FILE = re.compile(r"\.\w{1,8}\Z")


@check(
    "container.mount-missing",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.LIKELY,
    explains=(
        "logs.model-file-missing",
        "logs.file-missing",
        "logs.mlmodel-missing",
        "runtime.model-file-missing",
        "runtime.file-missing",
        "runtime.credential-missing",
        "runtime.init-raised",
        "runtime.run-raised",
        "runtime.import-raised",
        "entry-script.absolute-path",
    ),
)
def mount_missing(evidence: Evidence) -> Iterator[Finding]:
    """One finding for each folder that should have been given."""
    container, places = container_of(evidence), places_of(evidence)
    told: set[str] = set()
    for one in lacking(evidence):
        is_secret = any(within(one.path, root) for root in SECRETS)
        if not is_secret and not any(within(one.path, root) for root in DATA):
            continue
        root = model_dir(container)
        if (root and within(one.path, root)) or places.has(one.path) or places.candidates(one.path):
            continue  # a check of the model folder says more
        target = one.path if is_secret else _folder(one.path)
        if mount_over(container, one.path) or target in told:
            continue
        told.add(target)
        name = base_name(one.path)
        what = f"the secret {name} is not given" if is_secret else f"nothing is mounted at {target}"
        yield one.finding(
            titled(f"{what}: {one.path} is not there" if not is_secret else f"{what} to the container", 88),
            saw=(
                Quote(source="expected", text=one.path),
                Quote(
                    source="mounts", text=listed([m.target for m in container.mounts], 4) or "the container has none"
                ),
            ),
            fixes=tuple(_fixes(container, target, name, is_secret=is_secret)),
        )


def _folder(path: str) -> str:
    """The folder that is to be mounted for a path of data: two levels deep at most, `/mnt/reference`."""
    above = posixpath.dirname(path) if _FILE.search(path) else path
    return "/".join(above.split("/")[:3])


def _fixes(container: Container, target: str, name: str, *, is_secret: bool) -> Iterator[Fix]:
    if is_secret:
        yield remade(
            f"mount the secret {name} there"
            if container.is_pod
            else "mount the secret from a file of the host, or let compose or the platform give it",
            container,
            "-v",
            f"<file on the host>:{target}:ro",
            compose=f"    secrets: [{name}]",
        )
        return
    option = f"<folder on the host>:{target}:ro"
    yield remade("mount the folder", container, "-v", option, compose=f'    volumes: ["{option}"]')
    yield Fix(title=f"ship {name} with the model, and load it from AZUREML_MODEL_DIR")


def _gone(path: str) -> str:
    return traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'")


CODE = folder(APP, "score.py")
CASES = (
    fires(
        seen(frozen(CODE), _gone("/mnt/reference/2026/lookup.csv")),
        saw="nothing is mounted at /mnt/reference",
        line=6,
        findings=1,
    ),
    fires(seen(frozen(CODE), _gone("/run/secrets/db_password")), saw="the secret db_password is not given"),
    fires(
        seen(frozen(CODE), _gone("/data/a.csv"), mounts=(bind("/srv", "/mnt"),)), saw="/mnt", name="a mount elsewhere"
    ),
    quiet(seen(frozen(CODE), _gone("/mnt/a.csv"), mounts=(bind("/srv", "/mnt"),)), name="mounted, and not in it"),
    quiet(seen(frozen(folder(APP, "score.py", "a.csv")), _gone("/mnt/b/a.csv")), name="it lies elsewhere inside"),
    quiet(seen(frozen(CODE), _gone("/home/me/a.csv")), name="a path of one machine"),
    quiet(
        seen(
            frozen(CODE),
            "2026-11-21 20:37:37,312 I [6] azmlinfsrv.print - [Errno 2] No such file or directory: '/mnt/a.csv'\n",
            answers=Answers(items=(Answer(method="GET", path="/", route="inside", address="a", status=200),)),
        ),
        name="the script does without it, and the service answers",
    ),
    quiet(seen(frozen(CODE))),
)
