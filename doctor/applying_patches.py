"""Patches of a diagnosis's fixes, sent to the cluster that was diagnosed and to no other."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from checks.cluster.subject import Workload
from checks.finding import Fix, Patch
from doctor.applying import Plan
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis
from doctor.errors import CannotExamine

if TYPE_CHECKING:
    from doctor.cluster.api import Api

SECONDS = 30.0  # for a patch and its dry runs
PATIENCE = 8.0  # for one request: a person waits, or wants to leave


def planned_patch(diagnosis: Diagnosis, fix: Fix) -> Plan:
    """What the server says that the fix's patch would change (a dry run). Nothing is changed."""
    from doctor.cluster.applying import applicable

    if diagnosis.call.kind == "report":
        return Plan(fix, refused="this is a saved report: doctor changes no cluster from it; diagnose it itself")
    found = applicable([fix])
    if not found:
        return Plan(fix, refused="doctor cannot apply this patch; use the command")
    patch = found[0][1]
    try:
        with _connected(diagnosis) as api:
            context = f"{api.settings.said_by} ({api.address})"
            seen: list[str] = []
            said = _applied(api, patch, _kept(seen))
    except CannotExamine as error:
        return Plan(fix, refused=str(error))
    return Plan(
        fix,
        diff=seen[0] if seen else "",
        where=f"{_shown(patch)}, by {context}",
        patch=patch,
        context=context,
        refused="" if seen else said,
    )


def send(diagnosis: Diagnosis, plan: Plan) -> str:
    """Send the patch of a plan if it still changes what was shown, and say what was done.

    Raises CannotExamine when the server refuses, does not answer, or is another by now.
    """
    assert plan.patch is not None
    with _connected(diagnosis) as api:
        if f"{api.settings.said_by} ({api.address})" != plan.context:
            raise CannotExamine(f"the kubeconfig leads elsewhere by now: {api.settings.said_by}; nothing was changed")
        return _applied(api, plan.patch, lambda diff: diff == plan.diff)


def way_back(call: Call, patch: Patch) -> str:
    """The command that takes a patch back, as far as the cluster has one."""
    if patch.kind.lower() not in {"deployment", "statefulset", "daemonset"}:
        return ""
    words = ["kubectl", "rollout", "undo", f"{patch.kind.lower()}/{patch.name}", "-n", patch.namespace]
    words += ["--context", call.context] if call.context else []
    words += ["--kubeconfig", call.kubeconfig] if call.kubeconfig else []
    return shlex.join(words)


def _connected(diagnosis: Diagnosis) -> "Api":
    from doctor.cluster.api import Access, connect

    call = diagnosis.call
    kubeconfig = Path(call.kubeconfig) if call.kubeconfig else None
    api = connect(Access(kubeconfig, call.context, SECONDS, PATIENCE))
    workload = diagnosis.evidence.workload if diagnosis.evidence else None
    then = workload.server.address if isinstance(workload, Workload) else ""
    if then and then != api.address:
        api.close()
        raise CannotExamine(
            f"the kubeconfig leads to {api.address} by now, and {then} was diagnosed; nothing was changed. "
            "Name the context (--context), or run the diagnosis again"
        )
    return api


def _applied(api: "Api", patch: Patch, confirm: Callable[[str], bool]) -> str:
    from doctor.cluster.api import Refused
    from doctor.cluster.applying import apply

    try:
        return apply(api, patch, confirm)
    except Refused as error:
        raise CannotExamine(f"{_shown(patch)} was not changed: {error}") from error


def _shown(patch: Patch) -> str:
    return f"{patch.kind.lower()}/{patch.name}" + (f" in {patch.namespace}" if patch.namespace else "")


def _kept(seen: list[str]) -> Callable[[str], bool]:
    """Keep the diff, and agree to nothing yet."""

    def confirm(diff: str) -> bool:
        seen.append(diff)
        return False

    return confirm
