"""What run() of a script declares: it is imported in a scratch copy, and neither init() nor run() is called."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from checks.contract.records import Interface
from checks.evidence import Missing, Phase, Probe, Raised, Step
from checks.runtime.failures import telling
from checks.runtime.wording import base_name, one_line
from doctor.errors import CannotExamine
from doctor.redact import redact

LIBRARY = "inference_schema"


def declared(
    script: Path,
    *,
    variables: Mapping[str, str],
    model_dir: Path | None = None,
    python: str | None = None,
    timeout: float = 60.0,
) -> Interface:
    """What run() of this script takes and gives.

    `timeout` is in seconds, `variables` are added to the environment, `model_dir` is what AZUREML_MODEL_DIR will hold
    where the import asks for it (None: what is found beside the script). Raises CannotExamine with the exception and
    the line when the script cannot be imported, or the server would not take its run().
    """
    from checks.entry_script.module import parse
    from doctor.collectors.samples import find_model_folder, only_version
    from doctor.collectors.script import collect_script
    from doctor.probe.launcher import Rehearsal, start

    text = collect_script(script, str(script)).text
    if parse(text).is_batch:
        raise CannotExamine(
            f"{script} is a batch script: its driver calls run() with files and serves no /swagger.json"
        )
    rehearsal = Rehearsal(
        script=script,
        model_dir=only_version(model_dir) if model_dir else find_model_folder(script.parent),
        python=python,
        timeout=timeout,
        variables=variables,
        stop_after="import",
    )
    with start(rehearsal) as running:
        probe = running.wait()
    if isinstance(probe, Missing):
        raise CannotExamine(f"{script} could not be imported: {redact(probe.reason)}")
    if probe.interface is None:
        raise CannotExamine(redact(f"{script} {_why(probe, script)}{_remedy(probe, script)}"))
    return probe.interface


def _why(probe: Probe, script: Path) -> str:
    step = probe.step(Phase.IMPORT)
    if step is not None and step.raised is not None:
        return f"could not be imported: {_headline(step.raised)} ({_place(step.raised, script)})"
    if step is not None and step.outcome == "rejected":
        return f"would not be taken by the server: {one_line(step.message or '', 400)}"
    ended = probe.exit
    if ended is None:
        return "could not be imported"
    own = next((frame for frame in reversed(ended.stack) if frame.own), None)
    place = f" ({base_name(own.path)}:{own.line})" if own else ""
    if ended.reason == "timeout":
        return f"could not be imported: it did not end within {ended.seconds or 0:.0f} s{place}; see --timeout"
    if ended.reason == "memory":
        return f"could not be imported: it takes more memory than there is{place}"
    told = ended.call or ended.signal or f"exit code {ended.code}"
    return f"could not be imported: the import ended its process: {one_line(told)}{place}"


def _headline(raised: Raised) -> str:
    error = telling(raised)
    said = error.detail.get("msg")  # a SyntaxError's message repeats the place
    return one_line(f"{error.type}: {said}" if isinstance(said, str) and said else error.headline, 400)


def _place(raised: Raised, script: Path) -> str:
    error = telling(raised)
    line = error.detail.get("lineno")
    if isinstance(line, int):
        return f"{base_name(str(error.detail.get('filename') or script))}:{line}"
    own = error.own_frame or raised.own_frame
    return f"{base_name(own.path)}:{own.line}" if own else base_name(str(script))


def _remedy(probe: Probe, script: Path) -> str:
    """What helps: another interpreter where this one lacks a package, else what `check` says."""
    step = probe.step(Phase.IMPORT)
    missing = _missing_module(step)
    if missing is None:
        return f"; doctor check {shlex.quote(str(script))} says what to change"
    what = "inference-schema" if missing == LIBRARY else f"`{missing}`"
    return f"; {probe.interpreter} lacks {what}: name the interpreter of the deployment's environment with --python"


def _missing_module(step: Step | None) -> str | None:
    if step is None or step.raised is None:
        return None
    error = telling(step.raised)
    name = error.detail.get("name")
    return name.partition(".")[0] if error.type == "ModuleNotFoundError" and isinstance(name, str) else None
