"""A target that was there before and is not any more: said so, and what is waited for, instead of "there is none"."""

import time

from doctor.diagnosis.call import Call

_GONE = {
    "container": ("no container is called", "the container "),
    "workload": ("there is no ",),
}


def told_gone(call: Call, text: str, seen: float | None, *, watching: bool) -> str:
    """The text of a failure, put as the end of something that was diagnosed at `seen` (seconds since the epoch).

    As it was where it is about something else, or the target was never seen.
    """
    is_gone = text.startswith(_GONE.get(call.kind, ())) if call.kind in _GONE else False
    if call.kind == "container" and text.startswith("the container "):
        is_gone = " was removed " in text
    if not is_gone or seen is None:
        return text
    at = time.strftime("%H:%M:%S", time.localtime(seen))
    if call.kind == "workload":
        text = f"{call.title} was deleted: it was there at {at}, when it was diagnosed last. Now {text}"
    elif " was removed " not in text:
        text = f"the container {call.name} was removed or renamed: it was there at {at}, when it was diagnosed last"
    again = "a container of this name starts" if call.kind == "container" else "pods of this name come"
    waits = f"it is still watched: as soon as {again}, it is diagnosed again; w ends that"
    return f"{text}\n{waits if watching else 'nothing is watched; r looks for it again'}"
