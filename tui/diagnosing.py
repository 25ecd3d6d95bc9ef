"""A diagnosis on the screen: started in a process of its own, its news written into the state."""

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.worker import WorkerError

from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Began, Diagnosis, Done, Failed, News
from doctor.diagnosis.running import Running
from doctor.watching.gone import told_gone
from tui.beside import beside
from tui.loading import load_ahead
from tui.targets.remembering import remember

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.app import DoctorApp
    from tui.state import State

WRONG = frozenset({"call", "target"})
"""Ends of a diagnosis of something that is not there, or is called otherwise: nobody wants it offered again."""


def begin(app: "DoctorApp", call: Call, *, quietly: bool) -> "Worker[None]":
    """Diagnose a target, and end what is under way; the result of another target is not shown any more."""
    state = app.state
    if call != state.call and call not in [one.call for one in (state.done.diagnosed if state.done else ())]:
        state.done, state.earlier = None, {}
    state.call = call
    worker = beside(app, partial(examine, app, call), what=f"diagnosis of {call.title}", group="diagnosis")
    if app.current_mode != "causes" and not quietly:
        app.switch_mode("causes")
    if state.watching and app.watched != call:
        app.do("tui.watching", "resume")
    return worker


async def examine(app: "DoctorApp", call: Call) -> None:
    """Diagnose a target, and let the screens follow. Cancelled, it waits until nothing is left running."""
    running = app.running = Running(call)
    app.under_way.add(running)
    state = app.state
    state.steps, state.failed, state.running = (), None, True
    state.began("starting")
    app.changed()
    try:
        async for news in running.news():
            _write(state, news, call)
            app.changed()
            if isinstance(news, Done) or (isinstance(news, Failed) and news.why not in WRONG):
                done = news if isinstance(news, Done) else None
                app.background(partial(remember, app, call, done), what="keep this target among the recent ones")
    except Exception as error:  # a bug here must not take the screen away
        _write(state, Failed(why="doctor", text=f"{type(error).__name__}: {error}"), call)
    finally:
        try:
            await running.close()
        finally:  # whoever ends this worker once more must not leave a diagnosis that never ends
            app.under_way.discard(running)
            if app.running is running:
                state.ended()
                app.running = None
                app.changed()
                app.background(partial(load_ahead, app), what="load the other screens", group="ahead", exclusive=True)


def under_way(app: "DoctorApp") -> "Worker[None] | None":
    """The diagnosis that is not over yet."""
    return next((one for one in app.workers if one.group == "diagnosis" and not one.is_finished), None)


async def ended(worker: "Worker[None] | None") -> None:
    """Until a diagnosis is over; without one, for ever."""
    if worker is None:
        await asyncio.Event().wait()
        return
    try:
        await asyncio.shield(worker.wait())  # else whoever waits no more would end the diagnosis, too
    except WorkerError:
        return


def _write(state: "State", news: News, call: Call) -> None:
    if isinstance(news, Began):
        state.began(news.what)
    elif isinstance(news, Done):
        shown = _name(state.diagnosis) if state.diagnosis else None
        state.earlier |= {_name(one): one for one in (state.done.diagnosed if state.done else ())}
        state.done, state.failed = _merged(state.done, news), None
        names = [_name(one) for one in state.done.diagnosed]
        failing = (n for n, one in enumerate(state.done.diagnosed) if one.report.causes)
        state.seen[call.command] = time.time()
        state.number = names.index(shown) if shown in names else next(failing, 0)
    elif news.why == "target":
        text = told_gone(call, news.text, state.seen.get(call.command), watching=state.watching)
        state.failed = replace(news, text=text)
    else:
        state.failed = news


def _merged(old: Done | None, news: Done) -> Done:
    """The result of one target of several takes its place among the others."""
    if old is None or len(old.diagnosed) <= 1 or len(news.diagnosed) != 1:
        return news
    new = news.diagnosed[0]
    if _name(new) not in map(_name, old.diagnosed):
        return news
    return replace(old, diagnosed=tuple(new if _name(one) == _name(new) else one for one in old.diagnosed))


def _name(diagnosis: Diagnosis) -> str:
    return diagnosis.report.target.name
