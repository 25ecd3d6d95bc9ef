"""Rehearse a service that does not start: the probe in a copy of its pod whose command waits.

The copy carries the label `doctor` and no label that a service selects, keeps resources, mounts and account, and is
deleted always; where the server has ephemeral containers and the pod still runs, one of those can look instead.
"""

from collections.abc import Sequence

from checks.cluster.pods import Pod
from checks.containers import Inside
from checks.evidence import Installed, Missing, Probe
from checks.finding import Record
from doctor.cluster.api import Api
from doctor.containers.brought import Brought
from doctor.probe.launcher import Payload


class Rehearsed(Record, frozen=True):
    """What the copy showed."""

    probe: Probe | Missing
    inside: Inside | Missing
    installed: Installed | Missing
    notes: tuple[str, ...] = ()


def rehearse(
    api: Api, pod: Pod, container: str, payloads: Sequence[Payload], brought: Brought, *, seconds: float = 60.0
) -> Rehearsed:
    """Make the copy, look inside, run the probe on the entry script, delete the copy.

    Missing says why not: no right to create pods, a quota, the copy not scheduled or its image not pulled.
    """
    raise NotImplementedError


def sweep(api: Api, namespace: str) -> int:
    """Delete what an earlier run of doctor left behind in a namespace, and say how much; 0 where rights are missing."""
    raise NotImplementedError
