"""Ends, restarts, evictions and rollouts: why a container does not stay."""

from checks.check import Check
from checks.kubernetes.broken_pod_stays import broken_pod_stays
from checks.kubernetes.change_not_observed import change_not_observed
from checks.kubernetes.command_ends import command_ends
from checks.kubernetes.container_failed import container_failed
from checks.kubernetes.crash_loop import crash_loop
from checks.kubernetes.crashed import crashed
from checks.kubernetes.deadline_exceeded import deadline_exceeded
from checks.kubernetes.ended_from_inside import ended_from_inside
from checks.kubernetes.evicted import evicted
from checks.kubernetes.grace_period_exceeded import grace_period_exceeded
from checks.kubernetes.init_container_fails import init_container_fails
from checks.kubernetes.init_container_hangs import init_container_hangs
from checks.kubernetes.job_failed import job_failed
from checks.kubernetes.killed import killed
from checks.kubernetes.limit_below_request import limit_below_request
from checks.kubernetes.liveness_kills import liveness_kills
from checks.kubernetes.local_storage_exceeded import local_storage_exceeded
from checks.kubernetes.node_lost import node_lost
from checks.kubernetes.node_refused_pod import node_refused_pod
from checks.kubernetes.node_shut_down import node_shut_down
from checks.kubernetes.old_version_serves import old_version_serves
from checks.kubernetes.out_of_memory import out_of_memory
from checks.kubernetes.port_shared_in_pod import port_shared_in_pod
from checks.kubernetes.post_start_hook_fails import post_start_hook_fails
from checks.kubernetes.preempted import preempted
from checks.kubernetes.progress_deadline import progress_deadline
from checks.kubernetes.rollout_paused import rollout_paused
from checks.kubernetes.rollout_without_room import rollout_without_room
from checks.kubernetes.sidecar_dies import sidecar_dies
from checks.kubernetes.startup_probe_too_short import startup_probe_too_short
from checks.kubernetes.stuck_terminating import stuck_terminating
from checks.kubernetes.worker_out_of_memory import worker_out_of_memory

CHECKS: tuple[Check, ...] = (
    limit_below_request,
    change_not_observed,
    rollout_paused,
    rollout_without_room,
    init_container_fails,
    init_container_hangs,
    out_of_memory,
    worker_out_of_memory,
    startup_probe_too_short,
    liveness_kills,
    post_start_hook_fails,
    port_shared_in_pod,
    sidecar_dies,
    crashed,
    killed,
    command_ends,
    ended_from_inside,
    container_failed,
    crash_loop,
    grace_period_exceeded,
    evicted,
    local_storage_exceeded,
    node_lost,
    node_shut_down,
    node_refused_pod,
    preempted,
    stuck_terminating,
    deadline_exceeded,
    job_failed,
    progress_deadline,
    broken_pod_stays,
    old_version_serves,
)
