"""Apply patches of fixes to the cluster, only when --apply was given and each was confirmed."""

from collections.abc import Callable, Iterable

from checks.finding import Fix, Patch
from doctor.cluster.api import Api


def applicable(fixes: Iterable[Fix]) -> list[tuple[Fix, Patch]]:
    """The fixes that doctor can apply itself."""
    raise NotImplementedError


def apply(api: Api, patch: Patch, confirm: Callable[[str], bool]) -> str:
    """Show what a patch changes (server-side dry run, as a diff), ask, and apply it. Returns what was done, in words.

    Raises Refused where the server says no, CannotExamine where none answers.
    """
    raise NotImplementedError
