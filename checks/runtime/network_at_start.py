"""The script contacts a host while it starts.

What it finds
-------------
Hosts that were looked up or connected to during the import or init(), this machine left out.

Why it breaks
-------------
A container may have no way out, or another name service: private endpoints and blocked outbound traffic are common.
What init() fetches it fetches again in each worker and at each restart, so a host that is slow or down keeps the
service from starting.

How to fix
----------
Ship what is fetched with the model. Services of Azure that init() needs in earnest must be allowed in the endpoint's
outbound rules.

Learn more
----------
Product documentation, "Network isolation with managed online endpoints".
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Contacted, Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.failures import STAGES, line_of, probe_of, same_file, script_of
from checks.runtime.observed import answered, at, passed, seen, started
from checks.runtime.wording import titled
from checks.text import listed

HERE = re.compile(r"^(?:localhost|ip6-localhost|127\.|::1$|0\.0\.0\.0$|::$|/|\[::1\])")
AZURE = re.compile(
    r"(?:^|\.)(?:azure\.(?:com|net)|windows\.net|microsoftonline\.com|azureml\.ms|microsoft\.com|visualstudio\.com)$|^169\.254\."
)


@check(
    "runtime.network-at-start",
    needs=("probe",),
    stage=Stage.INIT,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def network_at_start(evidence: Evidence) -> Iterator[Finding]:
    """Services of Azure, which an identity may reach there too, are worth a word only."""
    contacts = [
        c for c in probe_of(evidence).contacted if c.phase in (Phase.IMPORT, Phase.INIT) and not HERE.match(c.host)
    ]
    azure = [c for c in contacts if AZURE.search(c.host)]
    other = [c for c in contacts if c not in azure]
    for group, severity in ((other, Severity.WARNING), (azure, Severity.INFO)):
        if group:
            yield _finding(group, severity, evidence)


def _finding(group: list[Contacted], severity: Severity, evidence: Evidence) -> Finding:
    script = script_of(evidence)
    first = next((c for c in group if c.at), group[0])
    hosts = list(dict.fromkeys(c.host for c in group))
    quotes = []
    in_script = bool(first.at and script and same_file(first.at.path, script.path))
    if first.at:
        source = script.path if script and in_script else first.at.path
        quotes.append(Quote(source=source, line=first.at.line, text=line_of(first.at, script) or first.host))
    quotes.append(Quote(source="probe", text=f"contacted {listed(hosts)}"))
    what = "the import" if first.phase is Phase.IMPORT else "init()"
    return Finding(
        title=titled(f"{what} contacts {listed(hosts, 2)}", 88),
        severity=severity,
        evidence=tuple(quotes),
        stage=STAGES.get(first.phase),
        about=(
            f"phase:{first.phase.value}",
            *((f"line:{first.at.line}",) if first.at and in_script else ()),
            *(f"host:{host}" for host in hosts),
        ),
        fixes=(
            Fix(title="ship with the model what is fetched there")
            if severity is Severity.WARNING
            else Fix(title="allow the host in the endpoint's outbound rules"),
        ),
    )


SCRIPT = "def init():\n    fetch('https://models.example.com')\n\ndef run(data): return 1\n"


def _contacts(*hosts: str, phase: Phase = Phase.INIT) -> Evidence:
    contacted = tuple(Contacted(host=h, port=443, phase=phase, at=at(SCRIPT, "fetch")) for h in hosts)
    return seen(SCRIPT, *started(answered("1")), contacted=contacted)


CASES = (
    fires(_contacts("models.example.com"), saw="init() contacts models.example.com", line=2, findings=1),
    fires(_contacts("a.example.com", "b.example.com"), saw="a.example.com and b.example.com", findings=1),
    fires(_contacts("vault.vault.azure.net"), saw="init() contacts vault.vault.azure.net", name="worth a word"),
    quiet(_contacts("localhost", "127.0.0.1", "::1"), name="this machine"),
    quiet(_contacts("features.example.com", phase=Phase.RUN), name="a request's own call"),
    quiet(seen(SCRIPT, passed(Phase.IMPORT))),
)
