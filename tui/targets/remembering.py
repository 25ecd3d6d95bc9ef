"""Calls that named something are kept among the recent targets with what came of it, off the screen's own thread."""

from functools import partial
from typing import TYPE_CHECKING

from tui.threads import in_thread

if TYPE_CHECKING:
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.result import Done
    from tui.app import DoctorApp

_told: set[str] = set()


async def remember(app: "DoctorApp", call: "Call", done: "Done | None" = None) -> None:
    """Keep a call; what cannot be written is told once."""
    try:
        await in_thread(partial(_remember, call, _outcome(done) if done else ""))
    except OSError as error:
        if str(error) not in _told:
            _told.add(str(error))
            text = f"{error.filename or 'the file'}: {error.strerror or error}; set XDG_STATE_HOME to a folder of yours"
            app.notify(text, title="recent targets are not kept", severity="warning", timeout=8, markup=False)


def _remember(call: "Call", outcome: str) -> None:
    from doctor.recent import remember as keep

    keep(call, outcome)


def _outcome(done: "Done") -> str:
    """The worst of the verdicts."""
    verdicts = [one.report.verdict.value for one in done.diagnosed]
    return next((one for one in ("failing", "inconclusive", "healthy") if one in verdicts), "")
