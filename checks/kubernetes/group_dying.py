"""Ends, restarts, evictions and rollouts: why a container does not stay."""

from checks.check import Check
from checks.kubernetes.command_ends import command_ends
from checks.kubernetes.container_failed import container_failed
from checks.kubernetes.crash_loop import crash_loop
from checks.kubernetes.crashed import crashed
from checks.kubernetes.killed import killed
from checks.kubernetes.liveness_kills import liveness_kills
from checks.kubernetes.out_of_memory import out_of_memory
from checks.kubernetes.startup_probe_kills import startup_probe_kills
from checks.kubernetes.worker_out_of_memory import worker_out_of_memory

CHECKS: tuple[Check, ...] = (
    out_of_memory,
    worker_out_of_memory,
    startup_probe_kills,
    liveness_kills,
    crashed,
    killed,
    command_ends,
    container_failed,
    crash_loop,
)
