"""A variable of the container asks for an encoding that does not have every character.

What it finds
-------------
`PYTHONIOENCODING`, `LC_ALL`, `LC_CTYPE` or `LANG` with an encoding other than UTF-8, or `PYTHONUTF8=0`, in a container
whose log ends in a `UnicodeEncodeError` or `UnicodeDecodeError` of such an encoding.

Why it breaks
-------------
Python takes the encoding of its output and of files from these variables. The first text with another character ends
the program; that `PYTHONUTF8=1` is set elsewhere does not help where `PYTHONIOENCODING` says otherwise.

How to fix
----------
Take the variable out, or let it name UTF-8.

Learn more
----------
Python documentation, "Command line and environment": PYTHONIOENCODING, PYTHONUTF8.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.container.seen import blamed
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.code_places import value_of
from checks.kubernetes.ends import with_logs_of
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import Made, ended, pod, running, scene, spec, waiting
from checks.kubernetes.seen import containers, quote_field, workload_of
from checks.runtime.wording import titled

_ALWAYS = re.compile(r"utf-?8|^(?:C|POSIX)?$", re.IGNORECASE)  # Python reads C and POSIX as UTF-8 since 3.7
BETTER = {"PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
FOLLOWS = ("logs.locale-not-utf8", "kubernetes.crash-loop", "kubernetes.container-failed")


@check(
    "kubernetes.encoding-set",
    needs=("workload", "logs"),
    stage=Stage.LOAD,
    confidence=Confidence.LIKELY,
    explains=FOLLOWS,
)
def encoding_set(evidence: Evidence) -> Iterator[Finding]:
    """Put the exception and the variable together."""
    workload = workload_of(evidence)
    told: set[str] = set()
    for one in containers(workload):
        asked = _asked(one.spec)
        line = next(iter(blamed(with_logs_of(evidence, one), "locale-not-utf8")), None)
        if line is None or asked is None or one.name in told:
            continue
        told.add(one.name)
        variable, value = asked
        fields = {"env": [{"name": variable, "value": BETTER[variable]}]}
        yield Finding(
            title=titled(f"{variable}={value} in container {one.name}: text with other characters ends it", 88),
            evidence=(line.quote, quote_field(one.shown, f"env[{variable}]", value)),
            about=(f"container:{one.name}", f"variable:{variable}"),
            fixes=(of_container(f"let it be {BETTER[variable]}", workload, one.name, fields, init=one.init),),
            confirm=f"kubectl logs {workload.shown} -n {workload.namespace} -c {one.name}",
        )


def _asked(container: Container) -> tuple[str, str] | None:
    """The variable that counts first, where it names another encoding than UTF-8."""
    for variable in ("PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "LC_CTYPE", "LANG"):
        value = value_of(container, variable)
        if value == "0" if variable == "PYTHONUTF8" else not _ALWAYS.search(value.partition(":")[0]):
            return variable, value
    return None


def _with(variable: str, value: str) -> Made:
    return spec(env=[{"name": variable, "value": value}])


LOG = "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe9' in position 3: ordinal not in range(128)"
LOOP = waiting("CrashLoopBackOff", last=ended(1), restarts=3)
CASES = (
    fires(
        scene(LOG, pods=(pod(LOOP, _with("PYTHONIOENCODING", "ascii")),)),
        saw="PYTHONIOENCODING=ascii in container inference-server",
        findings=1,
    ),
    fires(scene(LOG, pods=(pod(LOOP, _with("LC_ALL", "en_US.ISO-8859-1")),)), saw="LC_ALL=en_US.ISO-8859-1"),
    quiet(scene(LOG, pods=(pod(LOOP, _with("PYTHONIOENCODING", "utf-8:replace")),)), name="it names UTF-8"),
    quiet(scene(LOG, pods=(pod(LOOP),)), name="nothing is set"),
    quiet(scene("ready", pods=(pod(running(), _with("LANG", "de_DE.ISO-8859-1")),)), name="nothing fails"),
)
