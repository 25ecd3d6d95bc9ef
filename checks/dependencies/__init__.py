"""Checks that hold the environment file against what the script needs."""

from checks.dependencies.module_name_not_distribution import module_name_not_distribution
from checks.dependencies.not_listed import not_listed
from checks.dependencies.pin_as_mapping import pin_as_mapping
from checks.dependencies.pip_list_misplaced import pip_list_misplaced
from checks.dependencies.pip_not_listed import pip_not_listed
from checks.dependencies.schema_missing import schema_missing
from checks.dependencies.server_missing import server_missing
from checks.dependencies.single_equals_in_pip import single_equals_in_pip
from checks.dependencies.unreadable_file import unreadable_file

CHECKS = (
    unreadable_file,
    pin_as_mapping,
    pip_list_misplaced,
    pip_not_listed,
    single_equals_in_pip,
    module_name_not_distribution,
    server_missing,
    not_listed,
    schema_missing,
)
