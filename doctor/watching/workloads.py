"""Changes of workloads: the state of their pods, asked for now and then, less often while nothing moves."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doctor.diagnosis.call import Call
from doctor.errors import CannotExamine
from doctor.watching.change import Change, Stop

if TYPE_CHECKING:
    from checks.cluster.pods import ContainerStatus, Pod

SOON, LATE = 5.0, 30.0  # seconds between two looks
PATIENCE = 15.0  # seconds for one answer

States = dict[str, tuple[Any, ...]]


def changes_of_workload(call: Call, stop: Stop) -> Iterator[Change]:
    """Each change of the pods that belong to the call, as far as their names tell; also the server's own comings."""
    before: States | None = None
    is_there = True
    pause = SOON
    while not stop.is_set():
        try:
            now = _states(call, stop)
        except CannotExamine:
            now = None
        if stop.is_set():
            return
        told = None
        if now is None:
            told, is_there = "the API server does not answer" if is_there else None, False
        else:
            if not is_there:
                told, is_there = "the API server answers again", True
            elif before is not None and now != before:
                told = _told(before, now)
            before = now
        pause = SOON if told and is_there else min(pause * 1.5, LATE)
        if told:
            yield Change(told)
        stop.wait(pause)


def _states(call: Call, stop: Stop) -> States:
    """What is telling of each pod. Raises CannotExamine."""
    from doctor.cluster.api import Access, Refused, connect
    from doctor.cluster.listing import fetch

    access = Access(Path(call.kubeconfig) if call.kubeconfig else None, call.context, PATIENCE, PATIENCE)
    with connect(access) as api, stop.ending(api.close):
        space = None if call.everywhere else call.namespace or api.namespace
        try:
            listed = fetch(api, "pods", space, labels=call.labels)
        except Refused as error:
            raise CannotExamine(str(error)) from error
        if listed.unseen and not listed.items:
            raise CannotExamine(listed.unseen.reason)
    return {
        f"{pod.metadata.namespace}/{pod.name}": _state(pod) for pod in listed.items if _belongs(pod.name, call.name)
    }


def _belongs(pod: str, name: str) -> bool:
    """Whether a pod is one of a workload's, by its name; what stands before pods (a service) may have any of them."""
    kind, _, own = name.rpartition("/")
    if not own or kind.lower().startswith(("svc", "service", "ing")):
        return True
    return pod == own or pod.startswith(f"{own}-")


def _state(pod: "Pod") -> tuple[Any, ...]:
    status = pod.status
    containers = (*status.init_container_statuses, *status.container_statuses)
    return (status.phase, status.reason, pod.metadata.deletion_timestamp is not None, *map(_of_container, containers))


def _of_container(one: "ContainerStatus") -> tuple[Any, ...]:
    state = one.state
    waiting = state.waiting.reason if state.waiting else None
    ended = (state.terminated.reason, state.terminated.exit_code) if state.terminated else None
    return one.name, one.ready, one.restart_count, waiting, ended


def _told(before: States, now: States) -> str:
    """`pod score-7d4 changed`, with how many more."""
    gone, new = before.keys() - now.keys(), now.keys() - before.keys()
    other = {name for name in before.keys() & now.keys() if before[name] != now[name]}
    first, verb = next(
        (min(names), verb) for names, verb in ((other, "changed"), (new, "came"), (gone, "went")) if names
    )
    more = len(gone) + len(new) + len(other) - 1
    return f"pod {first.partition('/')[2]} {verb}" + (f", and {more} more did" if more else "")
