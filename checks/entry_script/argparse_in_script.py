"""The script parses command-line arguments.

What it finds
-------------
`parser.parse_args()` (and `parse_known_args()` with required arguments, and `sys.argv[1]`) in code that runs at
import, in init() or in run().

Why it breaks
-------------
The server imports the script; the arguments of the process are those of the web server. argparse does not know them,
prints its usage and exits with SystemExit: 2, which the server treats as a failed start.

How to fix
----------
Read settings from environment variables; `parse_args([])` keeps the defaults.

Learn more
----------
Source: measured on azureml-inference-server-http 1.5.1: `sys.argv` holds gunicorn's options.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.calls import calls, keyword, last, text_of
from checks.entry_script.module import Module
from checks.entry_script.reach import STAGES, about_phases, reach
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import RAISED, about_lines, quotes
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Severity, Stage


@check(
    "entry-script.argparse-in-script",
    needs=("tree",),
    stage=Stage.INIT,
    explains=("runtime.exited", "runtime.crashed", *RAISED),
)
def argparse_in_script(evidence: Evidence) -> Iterator[Finding]:
    """Look at what reads the process's arguments."""
    script, module = entry_script(evidence)
    if "parse" not in module.text and "argv" not in module.text:
        return
    strict = _has_required(module)
    for call, name in calls(module):
        phases = reach(module).phases(call)
        if last(name) not in {"parse_args", "parse_known_args"} or call.args or not phases:
            continue
        if not {"argparse", "configargparse"} & module.imported_modules.keys() or keyword(call, "args") is not None:
            continue
        if last(name) == "parse_known_args" and (not strict or module.is_batch):
            continue
        end = call.end_lineno or call.lineno
        at = module.column(end, (call.end_col_offset or 1) - 1)
        yield Finding(
            title="the script parses the arguments of the web server",
            severity=Severity.WARNING if module.is_batch else None,
            confidence=Confidence.LIKELY,
            stage=STAGES[phases[0]],
            evidence=quotes(script, module, [call]),
            about=(*about_lines([call]), *about_phases(phases)),
            fixes=(
                Fix(title="read the settings from environment variables")
                if strict
                else Fix(
                    title="keep the defaults: `parse_args([])`", edits=(module.insert(script.path, end, "[]", at),)
                ),
            ),
        )
    for node in module.all(ast.Subscript):
        index = node.slice
        if module.dotted(node.value) == "sys.argv" and isinstance(index, ast.Constant) and index.value not in (0, "0"):
            phases = reach(module).phases(node)
            if phases and not module.is_batch:
                yield Finding(
                    title="the script reads an argument of the web server",
                    severity=Severity.WARNING,
                    stage=STAGES[phases[0]],
                    evidence=quotes(script, module, [node]),
                    about=(*about_lines([node]), *about_phases(phases)),
                    fixes=(Fix(title="read the setting from an environment variable"),),
                )


def _has_required(module: Module) -> bool:
    for call, name in calls(module):
        if last(name) == "add_argument" and call.args:
            required = keyword(call, "required")
            if isinstance(required, ast.Constant) and required.value:
                return True
            optional = {text_of(keyword(call, "nargs"))} & {"?", "*"}
            if not (text_of(call.args[0]) or "-").startswith("-") and not optional:
                return True
    return False


_PARSER = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--size', default=1)\n"
_RUN = "def run(data): return 1\n"
CASES = (
    fires(
        _PARSER + "args = parser.parse_args()\n" + _RUN, line=4, fixed=_PARSER + "args = parser.parse_args([])\n" + _RUN
    ),
    fires(_PARSER + "parser.add_argument('model')\ndef init():\n    parser.parse_known_args()\n" + _RUN),
    fires("import sys\nNAME = sys.argv[1]\n" + _RUN, saw="reads an argument"),
    quiet(_PARSER + _RUN + "if __name__ == '__main__':\n    parser.parse_args()\n"),
    quiet(_PARSER + "args, _ = parser.parse_known_args()\n" + _RUN),
    quiet(_PARSER + "args = parser.parse_args([])\n" + _RUN),
    quiet("from dateutil import parser\nWHEN = parser.parse('2020')\n" + _RUN),
    quiet("import sys\nME = sys.argv[0]\n" + _RUN),
    quiet(
        _PARSER + "def init():\n    parser.parse_known_args()\ndef run(mini_batch): return mini_batch\n", name="batch"
    ),
)
