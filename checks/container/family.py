"""All checks of the container family."""

from checks.check import Check
from checks.container.app_not_found import app_not_found
from checks.container.capability_missing import capability_missing
from checks.container.code_missing import code_missing
from checks.container.code_stale import code_stale
from checks.container.command_not_executable import command_not_executable
from checks.container.command_not_found import command_not_found
from checks.container.crashed import crashed
from checks.container.dead import dead
from checks.container.device_missing import device_missing
from checks.container.disk_full import disk_full
from checks.container.entry_script_missing import entry_script_missing
from checks.container.entry_script_not_set import entry_script_not_set
from checks.container.entrypoint_line_ends import entrypoint_line_ends
from checks.container.entrypoint_without_shebang import entrypoint_without_shebang
from checks.container.exited_at_once import exited_at_once
from checks.container.for_pods import also_of_pods
from checks.container.gpu_not_given import gpu_not_given
from checks.container.health_check_too_early import health_check_too_early
from checks.container.health_command_broken import health_command_broken
from checks.container.image_replaced import image_replaced
from checks.container.import_breaks import import_breaks
from checks.container.init_hangs import init_hangs
from checks.container.killed import killed
from checks.container.listens_on_loopback import listens_on_loopback
from checks.container.memory_nearly_used import memory_nearly_used
from checks.container.model_dir_is_file import model_dir_is_file
from checks.container.model_file_elsewhere import model_file_elsewhere
from checks.container.model_folder_empty import model_folder_empty
from checks.container.model_folder_missing import model_folder_missing
from checks.container.model_not_readable import model_not_readable
from checks.container.module_name_case import module_name_case
from checks.container.modules_not_on_path import modules_not_on_path
from checks.container.mount_empty import mount_empty
from checks.container.mount_hides_code import mount_hides_code
from checks.container.mount_hides_packages import mount_hides_packages
from checks.container.mount_missing import mount_missing
from checks.container.mount_not_executable import mount_not_executable
from checks.container.mount_refused import mount_refused
from checks.container.network_off import network_off
from checks.container.not_started import not_started
from checks.container.nothing_listens import nothing_listens
from checks.container.other_interpreter import other_interpreter
from checks.container.out_of_memory import out_of_memory
from checks.container.package_not_inside import package_not_inside
from checks.container.packages_differ import packages_differ
from checks.container.packages_fight_server import packages_fight_server
from checks.container.paused import paused
from checks.container.permission_denied import permission_denied
from checks.container.platform_mismatch import platform_mismatch
from checks.container.port_mismatch import port_mismatch
from checks.container.port_not_published import port_not_published
from checks.container.port_taken import port_taken
from checks.container.process_limit import process_limit
from checks.container.program_is_no_script import program_is_no_script
from checks.container.proxy_is_itself import proxy_is_itself
from checks.container.published_on_loopback import published_on_loopback
from checks.container.python_not_found import python_not_found
from checks.container.read_only_file_system import read_only_file_system
from checks.container.restart_loop import restart_loop
from checks.container.run_answers_error import run_answers_error
from checks.container.sample_refused import sample_refused
from checks.container.server_config_taken import server_config_taken
from checks.container.server_gone import server_gone
from checks.container.server_not_installed import server_not_installed
from checks.container.setting_invalid import setting_invalid
from checks.container.shared_memory_small import shared_memory_small
from checks.container.socket_missing import socket_missing
from checks.container.stopped import stopped
from checks.container.thread_lost_in_fork import thread_lost_in_fork
from checks.container.unhealthy import unhealthy
from checks.container.value_spoilt import value_spoilt
from checks.container.variable_misnamed import variable_misnamed
from checks.container.variable_not_set import variable_not_set
from checks.container.workers_exceed_memory import workers_exceed_memory

_ALL: tuple[Check, ...] = (
    app_not_found,
    capability_missing,
    code_missing,
    code_stale,
    command_not_executable,
    command_not_found,
    crashed,
    dead,
    device_missing,
    disk_full,
    entry_script_missing,
    entry_script_not_set,
    entrypoint_line_ends,
    entrypoint_without_shebang,
    exited_at_once,
    gpu_not_given,
    health_check_too_early,
    health_command_broken,
    image_replaced,
    import_breaks,
    init_hangs,
    killed,
    listens_on_loopback,
    memory_nearly_used,
    model_dir_is_file,
    model_file_elsewhere,
    model_folder_empty,
    model_folder_missing,
    model_not_readable,
    module_name_case,
    modules_not_on_path,
    mount_empty,
    mount_hides_code,
    mount_hides_packages,
    mount_missing,
    mount_not_executable,
    mount_refused,
    network_off,
    not_started,
    nothing_listens,
    other_interpreter,
    out_of_memory,
    package_not_inside,
    packages_differ,
    packages_fight_server,
    paused,
    permission_denied,
    platform_mismatch,
    port_mismatch,
    port_not_published,
    port_taken,
    process_limit,
    program_is_no_script,
    proxy_is_itself,
    published_on_loopback,
    python_not_found,
    read_only_file_system,
    restart_loop,
    run_answers_error,
    sample_refused,
    server_config_taken,
    server_gone,
    server_not_installed,
    setting_invalid,
    shared_memory_small,
    socket_missing,
    stopped,
    thread_lost_in_fork,
    unhealthy,
    value_spoilt,
    variable_misnamed,
    variable_not_set,
    workers_exceed_memory,
)

CHECKS: tuple[Check, ...] = tuple(map(also_of_pods, _ALL))
