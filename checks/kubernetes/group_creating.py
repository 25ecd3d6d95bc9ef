"""Images, variables, volumes and commands: why a container does not start."""

from checks.check import Check
from checks.kubernetes.claim_not_mounted import claim_not_mounted
from checks.kubernetes.code_mounted_elsewhere import code_mounted_elsewhere
from checks.kubernetes.command_not_executable import command_not_executable
from checks.kubernetes.command_not_found import command_not_found
from checks.kubernetes.config_key_missing import config_key_missing
from checks.kubernetes.config_map_missing import config_map_missing
from checks.kubernetes.container_not_configured import container_not_configured
from checks.kubernetes.container_not_started import container_not_started
from checks.kubernetes.creating_hangs import creating_hangs
from checks.kubernetes.encoding_set import encoding_set
from checks.kubernetes.field_ref_empty import field_ref_empty
from checks.kubernetes.gpu_not_given import gpu_not_given
from checks.kubernetes.host_path_wrong import host_path_wrong
from checks.kubernetes.image_denied import image_denied
from checks.kubernetes.image_inspect_failed import image_inspect_failed
from checks.kubernetes.image_name_invalid import image_name_invalid
from checks.kubernetes.image_never_pulled import image_never_pulled
from checks.kubernetes.image_not_found import image_not_found
from checks.kubernetes.image_not_pulled import image_not_pulled
from checks.kubernetes.image_platform import image_platform
from checks.kubernetes.image_pull_unauthorized import image_pull_unauthorized
from checks.kubernetes.image_pulling import image_pulling
from checks.kubernetes.image_runs_as_root import image_runs_as_root
from checks.kubernetes.image_unusable import image_unusable
from checks.kubernetes.memory_too_small_to_start import memory_too_small_to_start
from checks.kubernetes.model_dir_unmounted import model_dir_unmounted
from checks.kubernetes.module_mounted_elsewhere import module_mounted_elsewhere
from checks.kubernetes.mount_hides_code import mount_hides_code
from checks.kubernetes.mount_refused import mount_refused
from checks.kubernetes.node_disk_full import node_disk_full
from checks.kubernetes.path_mounted_elsewhere import path_mounted_elsewhere
from checks.kubernetes.program_not_loadable import program_not_loadable
from checks.kubernetes.pull_secret_unusable import pull_secret_unusable
from checks.kubernetes.registry_certificate import registry_certificate
from checks.kubernetes.registry_failing import registry_failing
from checks.kubernetes.registry_firewall import registry_firewall
from checks.kubernetes.registry_host_unknown import registry_host_unknown
from checks.kubernetes.registry_rate_limit import registry_rate_limit
from checks.kubernetes.registry_unreachable import registry_unreachable
from checks.kubernetes.root_read_only import root_read_only
from checks.kubernetes.sandbox_addresses_exhausted import sandbox_addresses_exhausted
from checks.kubernetes.sandbox_failed import sandbox_failed
from checks.kubernetes.sandbox_network_failed import sandbox_network_failed
from checks.kubernetes.secret_missing import secret_missing
from checks.kubernetes.sub_path_no_key import sub_path_no_key
from checks.kubernetes.sub_path_unusable import sub_path_unusable
from checks.kubernetes.user_unknown import user_unknown
from checks.kubernetes.variable_names_invalid import variable_names_invalid
from checks.kubernetes.variable_not_expanded import variable_not_expanded
from checks.kubernetes.volume_absent import volume_absent
from checks.kubernetes.volume_attached_elsewhere import volume_attached_elsewhere
from checks.kubernetes.volume_denied import volume_denied
from checks.kubernetes.volume_driver_missing import volume_driver_missing
from checks.kubernetes.volume_mode_denies import volume_mode_denies
from checks.kubernetes.volume_not_mounted import volume_not_mounted
from checks.kubernetes.volume_provider_failed import volume_provider_failed
from checks.kubernetes.volume_unreachable import volume_unreachable
from checks.kubernetes.working_dir_unusable import working_dir_unusable

CHECKS: tuple[Check, ...] = (
    pull_secret_unusable,
    image_name_invalid,
    image_never_pulled,
    image_inspect_failed,
    image_pulling,
    image_not_found,
    image_denied,
    image_pull_unauthorized,
    registry_firewall,
    registry_host_unknown,
    registry_unreachable,
    registry_certificate,
    registry_rate_limit,
    registry_failing,
    image_platform,
    image_unusable,
    image_not_pulled,
    node_disk_full,
    root_read_only,
    sandbox_addresses_exhausted,
    sandbox_network_failed,
    sandbox_failed,
    config_map_missing,
    secret_missing,
    config_key_missing,
    claim_not_mounted,
    host_path_wrong,
    volume_driver_missing,
    volume_attached_elsewhere,
    volume_denied,
    volume_absent,
    volume_unreachable,
    volume_provider_failed,
    volume_not_mounted,
    variable_names_invalid,
    field_ref_empty,
    encoding_set,
    variable_not_expanded,
    image_runs_as_root,
    sub_path_no_key,
    sub_path_unusable,
    container_not_configured,
    command_not_found,
    command_not_executable,
    path_mounted_elsewhere,
    program_not_loadable,
    mount_refused,
    working_dir_unusable,
    user_unknown,
    memory_too_small_to_start,
    gpu_not_given,
    container_not_started,
    creating_hangs,
    mount_hides_code,
    code_mounted_elsewhere,
    module_mounted_elsewhere,
    volume_mode_denies,
    model_dir_unmounted,
)
