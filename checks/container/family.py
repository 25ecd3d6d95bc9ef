"""All checks of the container family."""

from checks.check import Check
from checks.container.command_not_executable import command_not_executable
from checks.container.command_not_found import command_not_found
from checks.container.entry_script_missing import entry_script_missing
from checks.container.entry_script_not_set import entry_script_not_set
from checks.container.entrypoint_line_ends import entrypoint_line_ends
from checks.container.entrypoint_without_shebang import entrypoint_without_shebang
from checks.container.model_file_elsewhere import model_file_elsewhere
from checks.container.model_folder_empty import model_folder_empty
from checks.container.model_folder_missing import model_folder_missing
from checks.container.mount_empty import mount_empty
from checks.container.mount_hides_code import mount_hides_code
from checks.container.platform_mismatch import platform_mismatch
from checks.container.python_not_found import python_not_found
from checks.container.server_not_installed import server_not_installed

CHECKS: tuple[Check, ...] = (
    command_not_executable,
    command_not_found,
    entry_script_missing,
    entry_script_not_set,
    entrypoint_line_ends,
    entrypoint_without_shebang,
    model_file_elsewhere,
    model_folder_empty,
    model_folder_missing,
    mount_empty,
    mount_hides_code,
    platform_mismatch,
    python_not_found,
    server_not_installed,
)
