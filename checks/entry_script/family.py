"""Checks that read the entry script without running it."""

from checks.entry_script.absolute_path import absolute_path
from checks.entry_script.argparse_in_script import argparse_in_script
from checks.entry_script.assignment_as_condition import assignment_as_condition
from checks.entry_script.async_function import async_function
from checks.entry_script.backslash_escape import backslash_escape
from checks.entry_script.batch_parses_json import batch_parses_json
from checks.entry_script.batch_returns_nothing import batch_returns_nothing
from checks.entry_script.blocking_start import blocking_start
from checks.entry_script.broken_import_line import broken_import_line
from checks.entry_script.called_at_import import called_at_import
from checks.entry_script.debugging_left import debugging_left
from checks.entry_script.decorator_arguments import decorator_arguments
from checks.entry_script.decorator_misplaced import decorator_misplaced
from checks.entry_script.decorator_name import decorator_name
from checks.entry_script.defined_twice import defined_twice
from checks.entry_script.double_encoded_result import double_encoded_result
from checks.entry_script.download_at_start import download_at_start
from checks.entry_script.empty_file import empty_file
from checks.entry_script.exit_left import exit_left
from checks.entry_script.folder_loaded import folder_loaded
from checks.entry_script.foreign_syntax import foreign_syntax
from checks.entry_script.global_after_use import global_after_use
from checks.entry_script.gpu_assumed import gpu_assumed
from checks.entry_script.hidden_failure import hidden_failure
from checks.entry_script.init_parameters import init_parameters
from checks.entry_script.interactive_login import interactive_login
from checks.entry_script.invisible_character import invisible_character
from checks.entry_script.json_loads_of_parsed import json_loads_of_parsed
from checks.entry_script.lock_taken_twice import lock_taken_twice
from checks.entry_script.look_alike_character import look_alike_character
from checks.entry_script.merge_conflict import merge_conflict
from checks.entry_script.missing_colon import missing_colon
from checks.entry_script.missing_indent import missing_indent
from checks.entry_script.misspelt_function import misspelt_function
from checks.entry_script.misspelt_variable import misspelt_variable
from checks.entry_script.mixed_indentation import mixed_indentation
from checks.entry_script.model_file_name import model_file_name
from checks.entry_script.model_loaded_per_request import model_loaded_per_request
from checks.entry_script.model_not_global import model_not_global
from checks.entry_script.nan_result import nan_result
from checks.entry_script.nested_function import nested_function
from checks.entry_script.no_init import no_init
from checks.entry_script.no_map_location import no_map_location
from checks.entry_script.no_run import no_run
from checks.entry_script.not_python import not_python
from checks.entry_script.not_utf8 import not_utf8
from checks.entry_script.notebook_magic import notebook_magic
from checks.entry_script.output_schema_twice import output_schema_twice
from checks.entry_script.param_type_class import param_type_class
from checks.entry_script.pasted_prompt import pasted_prompt
from checks.entry_script.payload_not_parsed import payload_not_parsed
from checks.entry_script.pickled_class_missing import pickled_class_missing
from checks.entry_script.placeholder_left import placeholder_left
from checks.entry_script.python2_syntax import python2_syntax
from checks.entry_script.raw_and_schema import raw_and_schema
from checks.entry_script.registry_path import registry_path
from checks.entry_script.relative_import import relative_import
from checks.entry_script.removed_argument import removed_argument
from checks.entry_script.removed_attribute import removed_attribute
from checks.entry_script.removed_module import removed_module
from checks.entry_script.response_without_json import response_without_json
from checks.entry_script.result_not_serialisable import result_not_serialisable
from checks.entry_script.returns_none import returns_none
from checks.entry_script.run_extra_parameter import run_extra_parameter
from checks.entry_script.run_generator import run_generator
from checks.entry_script.run_headers_only import run_headers_only
from checks.entry_script.run_not_callable import run_not_callable
from checks.entry_script.run_positional_only import run_positional_only
from checks.entry_script.run_variadic import run_variadic
from checks.entry_script.run_without_parameter import run_without_parameter
from checks.entry_script.sample_after_decorator import sample_after_decorator
from checks.entry_script.sample_never_converts import sample_never_converts
from checks.entry_script.sample_unsupported import sample_unsupported
from checks.entry_script.secret_in_source import secret_in_source
from checks.entry_script.shadowed_package import shadowed_package
from checks.entry_script.state_grows import state_grows
from checks.entry_script.status_tuple import status_tuple
from checks.entry_script.stray_indent import stray_indent
from checks.entry_script.syntax_error import syntax_error
from checks.entry_script.syntax_too_new import syntax_too_new
from checks.entry_script.text_mode_pickle import text_mode_pickle
from checks.entry_script.unbound_local import unbound_local
from checks.entry_script.unclosed_bracket import unclosed_bracket
from checks.entry_script.unclosed_string import unclosed_string
from checks.entry_script.undefined_name import undefined_name
from checks.entry_script.variable_overridden import variable_overridden
from checks.entry_script.weights_only_load import weights_only_load
from checks.entry_script.windows_path import windows_path
from checks.entry_script.work_at_import import work_at_import
from checks.entry_script.working_directory_path import working_directory_path
from checks.entry_script.workspace_in_script import workspace_in_script

CHECKS = (
    # reading: can Python read the text?
    empty_file,
    not_utf8,
    not_python,
    merge_conflict,
    pasted_prompt,
    notebook_magic,
    invisible_character,
    look_alike_character,
    backslash_escape,
    python2_syntax,
    foreign_syntax,
    mixed_indentation,
    broken_import_line,
    unclosed_string,
    unclosed_bracket,
    missing_colon,
    assignment_as_condition,
    stray_indent,
    missing_indent,
    global_after_use,
    syntax_too_new,
    syntax_error,
    # contract: does the server accept init() and run(), and call them as they expect?
    no_init,
    no_run,
    misspelt_function,
    nested_function,
    async_function,
    init_parameters,
    run_without_parameter,
    run_variadic,
    run_positional_only,
    run_headers_only,
    run_extra_parameter,
    run_not_callable,
    run_generator,
    decorator_name,
    decorator_arguments,
    decorator_misplaced,
    raw_and_schema,
    output_schema_twice,
    sample_after_decorator,
    param_type_class,
    sample_unsupported,
    sample_never_converts,
    relative_import,
    shadowed_package,
    defined_twice,
    batch_returns_nothing,
    batch_parses_json,
    # meaning: does the code do what it should, there?
    model_not_global,
    undefined_name,
    unbound_local,
    hidden_failure,
    result_not_serialisable,
    nan_result,
    double_encoded_result,
    returns_none,
    status_tuple,
    response_without_json,
    removed_module,
    removed_attribute,
    removed_argument,
    absolute_path,
    windows_path,
    working_directory_path,
    model_file_name,
    folder_loaded,
    registry_path,
    misspelt_variable,
    placeholder_left,
    debugging_left,
    exit_left,
    blocking_start,
    lock_taken_twice,
    argparse_in_script,
    secret_in_source,
    json_loads_of_parsed,
    payload_not_parsed,
    work_at_import,
    download_at_start,
    workspace_in_script,
    interactive_login,
    model_loaded_per_request,
    no_map_location,
    weights_only_load,
    text_mode_pickle,
    pickled_class_missing,
    gpu_assumed,
    called_at_import,
    variable_overridden,
    state_grows,
)
