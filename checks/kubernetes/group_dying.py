"""Ends, restarts, evictions and rollouts: why a container does not stay."""

from checks.check import Check
from checks.kubernetes.command_ends import command_ends
from checks.kubernetes.container_failed import container_failed
from checks.kubernetes.crash_loop import crash_loop
from checks.kubernetes.crashed import crashed
from checks.kubernetes.evicted import evicted
from checks.kubernetes.grace_period_exceeded import grace_period_exceeded
from checks.kubernetes.init_container_fails import init_container_fails
from checks.kubernetes.init_container_hangs import init_container_hangs
from checks.kubernetes.killed import killed
from checks.kubernetes.liveness_kills import liveness_kills
from checks.kubernetes.local_storage_exceeded import local_storage_exceeded
from checks.kubernetes.out_of_memory import out_of_memory
from checks.kubernetes.post_start_hook_fails import post_start_hook_fails
from checks.kubernetes.sidecar_dies import sidecar_dies
from checks.kubernetes.startup_probe_too_short import startup_probe_too_short
from checks.kubernetes.worker_out_of_memory import worker_out_of_memory

CHECKS: tuple[Check, ...] = (
    init_container_fails,
    init_container_hangs,
    out_of_memory,
    worker_out_of_memory,
    startup_probe_too_short,
    liveness_kills,
    post_start_hook_fails,
    sidecar_dies,
    crashed,
    killed,
    command_ends,
    container_failed,
    crash_loop,
    grace_period_exceeded,
    evicted,
    local_storage_exceeded,
)
