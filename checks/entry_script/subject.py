"""The first line of every check that reads the entry script."""

from checks.entry_script.module import Module, parse
from checks.evidence import Evidence, Script


def entry_script(evidence: Evidence) -> tuple[Script, Module]:
    """The script and its module. The engine runs a check only when what it needs is there, so both are."""
    assert isinstance(evidence.script, Script), "a check that reads the script declares needs=('script',) or ('tree',)"
    return evidence.script, parse(evidence.script.text, evidence.script.entered)
