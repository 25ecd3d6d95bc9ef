"""A mount lies over the packages of the interpreter, so that those of the image are hidden.

What it finds
-------------
A module that is missing, and a mount at the `site-packages` of the service's Python, at its environment, or above.

Why it breaks
-------------
What the image installed there is not seen as long as something is mounted over it. A named volume is filled from the
image only once, while it is empty: built anew, the image has other packages, and the volume keeps the old ones.

How to fix
----------
Start the container without that mount. Where the volume is wanted, remove it: a new one is filled from the image.

Learn more
----------
Docker documentation, "Volumes", "Mounting a volume over existing data".
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import log_lines
from checks.container.places import container_of, mount_named, tail
from checks.container.scenes import bind, folder, frozen, seen
from checks.container.seen import inspected
from checks.containers import Inside, Mount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled

_MISSED = re.compile(r"No module named '?(?P<module>[\w.]+)'?")
_PACKAGES = re.compile(r"/(?:site|dist)-packages(?:/|$)")
_FRAME = re.compile(r'File "(?P<prefix>/[^"]*?)/lib/python\d')


@check(
    "container.mount-hides-packages",
    needs=("container",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.server-not-installed",
        "container.package-not-inside",
        "container.import-breaks",
        "container.packages-differ",
        "logs.module-not-found",
        "logs.own-module-not-found",
        "logs.server-command-missing",
        "logs.inference-server-missing",
        "runtime.import-raised",
    ),
)
def mount_hides_packages(evidence: Evidence) -> Iterator[Finding]:
    """A missing module alone may be the image's fault, a mount alone may be meant: only both together are told."""
    container = container_of(evidence)
    mount = next((one for one in container.mounts if _is_over_packages(one, evidence)), None)
    said = next(log_lines(evidence, _MISSED), None) if mount else None
    if mount is None or said is None:
        return
    quote, missed = said
    options = ("docker volume rm " + mount.source,) if mount.kind == "volume" and mount.source else ()
    yield Finding(
        title=titled(f"{mount_named(mount)} hides the packages at {tail(mount.target)}", 88),
        evidence=(quote, inspected(container, f"mount: {mount.kind} {mount.source} -> {mount.target}")),
        about=(f"module:{missed['module'].split('.')[0]}",),
        fixes=(
            Fix(title=f"make the container anew without the mount at {mount.target}"),
            *(
                (Fix(title="remove the volume first, so that it is filled from the image again", commands=options),)
                if options
                else ()
            ),
        ),
    )


def _is_over_packages(mount: Mount, evidence: Evidence) -> bool:
    """True for a mount on the packages themselves, or on the environment that holds them."""
    target = mount.target.rstrip("/")
    if _PACKAGES.search(target):
        return target.endswith("-packages")  # a single package below may be meant
    inside = evidence.inside
    python = inside.interpreter if isinstance(inside, Inside) else None
    homes = {posixpath.dirname(posixpath.dirname(python))} if python else set()
    homes |= {said["prefix"] for _, said in log_lines(evidence, _FRAME)}
    return any(target and f"{home}/lib/".startswith(f"{target}/") for home in homes if home not in {"", "/usr"})


ENV = "/opt/env/lib/python3.11/site-packages"
LOST = "ModuleNotFoundError: No module named 'flask'\n"
CASES = (
    fires(
        seen(frozen(), LOST, mounts=(Mount(kind="volume", source="packages", target=ENV),)),
        saw="the volume packages hides the packages",
        findings=1,
    ),
    fires(seen(frozen(), "/usr/bin/python: No module named flask\n", mounts=(bind("/srv/env", ENV),)), saw="/srv/env"),
    fires(
        seen(frozen(interpreter="/opt/env/bin/python"), LOST, mounts=(bind("/srv/env", "/opt/env"),)),
        saw="at /opt/env",
        name="over the whole environment",
    ),
    quiet(seen(frozen(folder("/app", "a.py")), LOST, mounts=(bind("/srv", "/app"),)), name="a mount elsewhere"),
    quiet(seen(frozen(), LOST, mounts=(bind("/srv/mylib", f"{ENV}/mylib"),)), name="one package alone"),
    quiet(seen(frozen(), mounts=(bind("/srv/env", ENV),)), name="nothing is missing"),
)
