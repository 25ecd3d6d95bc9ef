"""Checks of what the probe observed when the entry script ran."""

from checks.runtime.answers_differ import answers_differ
from checks.runtime.attribute_gone import attribute_gone
from checks.runtime.batch_result_refused import batch_result_refused
from checks.runtime.batch_rows_missing import batch_rows_missing
from checks.runtime.binary_mismatch import binary_mismatch
from checks.runtime.cache_used import cache_used
from checks.runtime.circular_import import circular_import
from checks.runtime.contract_refused import contract_refused
from checks.runtime.crashed import crashed
from checks.runtime.credential_missing import credential_missing
from checks.runtime.cuda_in_fork import cuda_in_fork
from checks.runtime.data_file_broken import data_file_broken
from checks.runtime.data_package_missing import data_package_missing
from checks.runtime.disk_full import disk_full
from checks.runtime.empty_answer import empty_answer
from checks.runtime.entry_module_unregistered import entry_module_unregistered
from checks.runtime.error_as_answer import error_as_answer
from checks.runtime.error_status import error_status
from checks.runtime.event_loop import event_loop
from checks.runtime.exited import exited
from checks.runtime.fails_concurrently import fails_concurrently
from checks.runtime.fails_on_repeat import fails_on_repeat
from checks.runtime.file_missing import file_missing
from checks.runtime.file_outside import file_outside
from checks.runtime.gpu_memory import gpu_memory
from checks.runtime.gpu_missing import gpu_missing
from checks.runtime.held_object import held_object
from checks.runtime.host_unreachable import host_unreachable
from checks.runtime.import_name_missing import import_name_missing
from checks.runtime.import_raised import import_raised
from checks.runtime.init_raised import init_raised
from checks.runtime.invalid_json_result import invalid_json_result
from checks.runtime.is_a_directory import is_a_directory
from checks.runtime.java_missing import java_missing
from checks.runtime.left_behind import left_behind
from checks.runtime.limit_reached import limit_reached
from checks.runtime.model_file_missing import model_file_missing
from checks.runtime.model_file_replaced import model_file_replaced
from checks.runtime.model_folder_not_given import model_folder_not_given
from checks.runtime.model_format_refused import model_format_refused
from checks.runtime.model_name_unknown import model_name_unknown
from checks.runtime.model_not_fitted import model_not_fitted
from checks.runtime.model_of_other_version import model_of_other_version
from checks.runtime.module_missing import module_missing
from checks.runtime.module_not_installed_here import module_not_installed_here
from checks.runtime.module_shadowed import module_shadowed
from checks.runtime.name_undefined import name_undefined
from checks.runtime.network_at_start import network_at_start
from checks.runtime.noisy_output import noisy_output
from checks.runtime.out_of_memory import out_of_memory
from checks.runtime.payload_mismatch import payload_mismatch
from checks.runtime.permission_denied import permission_denied
from checks.runtime.probe_lost import probe_lost
from checks.runtime.program_missing import program_missing
from checks.runtime.raises_timeout import raises_timeout
from checks.runtime.recursion import recursion
from checks.runtime.relative_import import relative_import
from checks.runtime.request_rejected import request_rejected
from checks.runtime.result_not_serialisable import result_not_serialisable
from checks.runtime.run_raised import run_raised
from checks.runtime.shared_library_missing import shared_library_missing
from checks.runtime.signature_mismatch import signature_mismatch
from checks.runtime.slow_answer import slow_answer
from checks.runtime.slow_start import slow_start
from checks.runtime.syntax_refused import syntax_refused
from checks.runtime.timeout import timeout
from checks.runtime.truth_of_array import truth_of_array
from checks.runtime.unbound_local import unbound_local
from checks.runtime.unpickle_failed import unpickle_failed
from checks.runtime.value_is_none import value_is_none
from checks.runtime.variable_absent import variable_absent
from checks.runtime.warned import warned
from checks.runtime.weights_mismatch import weights_mismatch
from checks.runtime.weights_only import weights_only
from checks.runtime.workspace_config_missing import workspace_config_missing
from checks.runtime.writes_beside_script import writes_beside_script
from checks.runtime.written_folder_missing import written_folder_missing

CHECKS = (
    import_raised,
    init_raised,
    run_raised,
    contract_refused,
    request_rejected,
    answers_differ,
    attribute_gone,
    batch_result_refused,
    batch_rows_missing,
    binary_mismatch,
    cache_used,
    circular_import,
    crashed,
    credential_missing,
    cuda_in_fork,
    data_file_broken,
    data_package_missing,
    disk_full,
    empty_answer,
    entry_module_unregistered,
    error_as_answer,
    error_status,
    event_loop,
    exited,
    fails_concurrently,
    fails_on_repeat,
    file_missing,
    file_outside,
    gpu_memory,
    gpu_missing,
    held_object,
    host_unreachable,
    import_name_missing,
    invalid_json_result,
    is_a_directory,
    java_missing,
    left_behind,
    limit_reached,
    model_file_missing,
    model_file_replaced,
    model_folder_not_given,
    model_format_refused,
    model_name_unknown,
    model_not_fitted,
    model_of_other_version,
    module_missing,
    module_not_installed_here,
    module_shadowed,
    name_undefined,
    network_at_start,
    noisy_output,
    out_of_memory,
    payload_mismatch,
    permission_denied,
    probe_lost,
    program_missing,
    raises_timeout,
    recursion,
    relative_import,
    result_not_serialisable,
    shared_library_missing,
    signature_mismatch,
    slow_answer,
    slow_start,
    syntax_refused,
    timeout,
    truth_of_array,
    unbound_local,
    unpickle_failed,
    value_is_none,
    variable_absent,
    warned,
    weights_mismatch,
    weights_only,
    workspace_config_missing,
    writes_beside_script,
    written_folder_missing,
)
