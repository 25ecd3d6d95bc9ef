"""Probes, services, ingresses and policies: why no request arrives."""

from checks.check import Check
from checks.kubernetes.listens_on_loopback import listens_on_loopback
from checks.kubernetes.no_ready_endpoint import no_ready_endpoint
from checks.kubernetes.not_ready import not_ready
from checks.kubernetes.probe_command_broken import probe_command_broken
from checks.kubernetes.probe_path_wrong import probe_path_wrong
from checks.kubernetes.probe_port_name_missing import probe_port_name_missing
from checks.kubernetes.probe_port_wrong import probe_port_wrong
from checks.kubernetes.probe_scheme_wrong import probe_scheme_wrong
from checks.kubernetes.probe_timeout_short import probe_timeout_short
from checks.kubernetes.proxy_without_server import proxy_without_server
from checks.kubernetes.readiness_gate_unset import readiness_gate_unset
from checks.kubernetes.scaled_to_zero import scaled_to_zero
from checks.kubernetes.selector_mismatch import selector_mismatch
from checks.kubernetes.service_protocol import service_protocol
from checks.kubernetes.service_without_selector import service_without_selector
from checks.kubernetes.still_starting import still_starting
from checks.kubernetes.target_port_name_missing import target_port_name_missing
from checks.kubernetes.target_port_wrong import target_port_wrong

PROBES: tuple[Check, ...] = (
    *(probe_port_wrong, probe_port_name_missing, probe_path_wrong, probe_scheme_wrong, probe_command_broken),
    *(probe_timeout_short, proxy_without_server, readiness_gate_unset, listens_on_loopback, not_ready, still_starting),
)
SERVICES: tuple[Check, ...] = (
    *(selector_mismatch, service_without_selector, target_port_wrong, target_port_name_missing, service_protocol),
    *(no_ready_endpoint,),
)
CHECKS: tuple[Check, ...] = (scaled_to_zero, *PROBES, *SERVICES)
