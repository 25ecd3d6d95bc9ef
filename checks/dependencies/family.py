"""Checks that hold the environment file against what the script needs."""

from checks.dependencies.conda_only_under_pip import conda_only_under_pip
from checks.dependencies.contradicting_pins import contradicting_pins
from checks.dependencies.fights_server import fights_server
from checks.dependencies.gui_opencv import gui_opencv
from checks.dependencies.model_file_damaged import model_file_damaged
from checks.dependencies.model_version_mismatch import model_version_mismatch
from checks.dependencies.module_name_not_distribution import module_name_not_distribution
from checks.dependencies.not_listed import not_listed
from checks.dependencies.other_platform import other_platform
from checks.dependencies.path_not_in_build import path_not_in_build
from checks.dependencies.pickle_protocol_too_new import pickle_protocol_too_new
from checks.dependencies.pin_as_mapping import pin_as_mapping
from checks.dependencies.pip_list_misplaced import pip_list_misplaced
from checks.dependencies.pip_not_listed import pip_not_listed
from checks.dependencies.pip_only_under_conda import pip_only_under_conda
from checks.dependencies.platform_build import platform_build
from checks.dependencies.python_end_of_life import python_end_of_life
from checks.dependencies.python_too_old_for_server import python_too_old_for_server
from checks.dependencies.schema_missing import schema_missing
from checks.dependencies.server_missing import server_missing
from checks.dependencies.single_equals_in_pip import single_equals_in_pip
from checks.dependencies.unpinned import unpinned
from checks.dependencies.unreadable_file import unreadable_file

CHECKS = (
    unreadable_file,
    pin_as_mapping,
    pip_list_misplaced,
    pip_not_listed,
    single_equals_in_pip,
    contradicting_pins,
    module_name_not_distribution,
    pip_only_under_conda,
    conda_only_under_pip,
    other_platform,
    platform_build,
    path_not_in_build,
    server_missing,
    python_too_old_for_server,
    fights_server,
    not_listed,
    schema_missing,
    model_file_damaged,
    model_version_mismatch,
    pickle_protocol_too_new,
    gui_opencv,
    python_end_of_life,
    unpinned,
)
