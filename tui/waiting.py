"""What keeps a person waiting: for how long already, until when, and what to do meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from doctor.diagnosis.call import Call
from doctor.patience import API_SERVER, CLUSTER, CLUSTER_LIST, ENGINE, LOGIN

SOON = 1.0  # seconds after which it is told
NO_ENGINE_YET = (
    f"the engine has not answered yet; doctor waits up to {ENGINE} s for each answer, then says why there is none. "
    "docker ps in another terminal shows whether it answers; everything else here can be used meanwhile"
)
NO_CLUSTER_YET = (
    f"no answer yet; the API server is waited for up to {CLUSTER_LIST:.0f} s, a login plugin up to {LOGIN:.0f} s. "
    "kubectl get --raw /version in another terminal shows whether it answers; Enter asks again"
)
_ENGINE_STEPS = ("asking the engine", "reading the log", "looking inside")
_CLUSTER_STEPS = ("connecting to the cluster", "asking https://", "asking http://", "reading what they need")

Result = TypeVar("Result")


def waited(seconds: float) -> str:
    """`asking ... 4 s`; the seconds from the first on."""
    return f"asking ... {seconds:.0f} s" if seconds >= SOON else "asking ..."


def whom(call: Call, step: str) -> str:
    """Whose answer a step waits for, until when, and how to see whether it comes; empty for other steps."""
    if call.kind == "container" and step.startswith(_ENGINE_STEPS):
        return f"each answer of the engine is waited for up to {ENGINE} s; docker ps elsewhere shows whether it answers"
    if call.kind == "workload" and step.startswith(_CLUSTER_STEPS):
        whole = call.timeout or CLUSTER
        return (
            f"each answer of the API server is waited for up to {min(API_SERVER, whole):.0f} s, all of them up to "
            f"{whole:.0f} s; kubectl get --raw /version elsewhere shows whether it answers"
        )
    return ""


async def telling(work: Awaitable[Result], tell: Callable[[float], None]) -> Result:
    """What `work` returns or raises; `tell` hears each second for how long it has lasted."""
    ticks = asyncio.create_task(_each_second(tell))
    try:
        return await work
    finally:
        ticks.cancel()


async def _each_second(tell: Callable[[float], None]) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(SOON)
        tell(time.monotonic() - began)
