"""Commands of fixes name the cluster that was looked at, where the call named one: kubectl's own may be another."""

import re
import shlex

import msgspec

from checks.finding import Finding
from doctor.cluster.api import Access

_KUBECTL = re.compile(r"(?:^|(?<=[|&;] ))kubectl (?!config )")


def addressed(finding: Finding, access: Access) -> Finding:
    """The finding whose lines of kubectl go to the cluster of `--kubeconfig` and `--context`; as it is without them."""
    words = ["--kubeconfig", str(access.kubeconfig)] if access.kubeconfig else []
    words += ["--context", access.context] if access.context else []
    if not words:
        return finding
    named = f"kubectl {shlex.join(words)} "

    def to_it(line: str) -> str:
        return _KUBECTL.sub(lambda _: named, line)

    fixes = tuple(msgspec.structs.replace(fix, commands=tuple(map(to_it, fix.commands))) for fix in finding.fixes)
    return msgspec.structs.replace(finding, fixes=fixes, confirm=to_it(finding.confirm) if finding.confirm else None)
