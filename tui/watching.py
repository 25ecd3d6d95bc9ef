"""Watching: a diagnosis that renews itself when its target changes, and tells what came of it."""

import asyncio
import time
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from doctor.reports.common import plural
from doctor.watching.change import Change
from doctor.watching.feeding import Feed
from doctor.watching.sources import changes, places, watched, why_not
from tui.comparing import told
from tui.diagnosing import ended, under_way
from tui.watched_runs import Pace, Suspects

if TYPE_CHECKING:
    from checks.evidence import Evidence
    from doctor.diagnosis.result import Diagnosis
    from tui.app import DoctorApp

LOOK = 0.3  # seconds between two looks whether a person is done with what must not be disturbed


async def toggle(app: "DoctorApp") -> None:
    """Begin or end watching, and say which."""
    call = app.state.call
    if app.state.watching:
        stop(app)
        app.notify("the diagnosis stays as it is until you run it again (r)", title="no longer watching", markup=False)
    elif call is None:
        app.state.watching = True
        app.notify("begins with the target that you choose", title="watching", markup=False)
    elif why := why_not(call):
        app.notify(why, title="cannot watch this", severity="warning", markup=False)
    else:
        app.state.watching = True
        app.notify(watched(call), title=f"watching {call.title}", markup=False)
        await resume(app)
    app.changed()


async def resume(app: "DoctorApp") -> None:
    """Watch the target of the state, if watching is wanted and it is not watched yet."""
    call = app.state.call
    if not app.state.watching or call is None or call == app.watched:
        return
    if why := why_not(call):
        stop(app)
        app.notify(why, title="cannot watch this", severity="warning", markup=False)
        app.changed()
        return
    app.watched = call
    app.background(partial(_watch, app), what=f"watch {call.title}", group="watching", exclusive=True)


def stop(app: "DoctorApp") -> None:
    """Watch no more."""
    app.state.watching, app.watched = False, None
    app.workers.cancel_group(app, "watching")


async def _watch(app: "DoctorApp") -> None:
    call = app.watched
    assert call is not None
    pace, suspects = Pace(), Suspects()
    try:
        while True:
            found = _evidence(app)
            where = await asyncio.to_thread(places, call, found)
            async with Feed(partial(changes, call, found, _began(app))) as feed:
                while await asyncio.to_thread(places, call, _evidence(app)) == where:
                    await _first(feed.wait(), ended(under_way(app)))
                    change = await _ripe(app, feed, pace, suspects)
                    while change is not None:
                        change = await _renew(app, feed, change, pace, suspects)
    except Exception:
        if app.watched is call:
            stop(app)
        raise


def _evidence(app: "DoctorApp") -> "list[Evidence]":
    return [one.evidence for one in (app.state.done.diagnosed if app.state.done else ()) if one.evidence]


async def _first(*waits: Coroutine[Any, Any, None]) -> None:
    """Until one of them is over; the others are left."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    for task in done:
        task.result()


async def _ripe(app: "DoctorApp", feed: Feed, pace: Pace, suspects: Suspects) -> Change | None:
    """What changed, once nobody is disturbed by a renewal; None for what the diagnosis under way knows already."""
    said = False
    while True:
        held = feed.peek()
        if held is None or _is_known(app, held) or suspects.made(held):
            feed.take()
            return None
        if _is_disturbing(app):
            if not said:
                said = True
                text = f"{held.what}; diagnosed again as soon as you are done here"
                app.notify(text, title="watching", timeout=6, markup=False)
            await asyncio.sleep(LOOK)
        elif not held.urgent and app.state.running:
            await asyncio.sleep(LOOK)  # what comes by the dozen ends nothing
        elif not held.urgent and (left := pace.left()) > 0:
            await asyncio.sleep(min(left, 1.0))  # an urgent one may come meanwhile
        else:
            return feed.take()


async def _renew(app: "DoctorApp", feed: Feed, change: Change, pace: Pace, suspects: Suspects) -> Change | None:
    """Diagnose again and tell what came of it; at once the next change, if it made this diagnosis stale."""
    call = app.watched
    if call is None:
        return None
    before = _by_name(app)
    began = time.time()
    worker = app.diagnose(call, quietly=True)
    while not worker.is_finished:
        await _first(feed.wait(), ended(worker))
        if worker.is_finished:
            break
        held = feed.peek()
        suspects.met(held, began)
        if held is not None and held.urgent and not _is_disturbing(app):
            if (again := await _ripe(app, feed, pace, suspects)) is not None:
                _tell_suspects(app, suspects)
                return again
        else:
            await asyncio.sleep(LOOK)
    suspects.met(feed.peek(), began)
    _tell_suspects(app, suspects)
    if app.state.failed is None and app.state.done is not None:
        text, differs = _told(before, _by_name(app))
        pace.renewed(differs)
        app.notify(f"{change.what}: {text}", title="watching", timeout=8 if differs else 4, markup=False)
    else:
        pace.renewed(False)
    return None


def _tell_suspects(app: "DoctorApp", suspects: Suspects) -> None:
    for name in suspects.ended():
        text = f"{name} changes whenever the diagnosis runs; that alone renews nothing any more"
        app.notify(text, title="watching", severity="warning", markup=False)


def _is_disturbing(app: "DoctorApp") -> bool:
    """Whether a person reads a question or types."""
    if any(isinstance(screen, ModalScreen) for screen in app.screen_stack):
        return True
    focused = app.focused
    return isinstance(focused, Input) or (isinstance(focused, TextArea) and not focused.read_only)


def _is_known(app: "DoctorApp", change: Change) -> bool:
    """Whether a diagnosis under way began after the change: a fix that was applied is diagnosed by who applied it."""
    began = _began(app)
    return change.when is not None and began is not None and change.when < began


def _began(app: "DoctorApp") -> float | None:
    """When the last diagnosis began, in seconds since the epoch."""
    steps = app.state.steps
    return time.time() - (time.monotonic() - steps[0].began) if steps else None


def _by_name(app: "DoctorApp") -> "dict[str, Diagnosis]":
    return {one.report.target.name: one for one in (app.state.done.diagnosed if app.state.done else ())}


def _told(before: "dict[str, Diagnosis]", after: "dict[str, Diagnosis]") -> tuple[str, bool]:
    """What came of a renewal in words, and whether anything did."""
    words = {name: told(before[name].report, one.report) for name, one in after.items() if name in before}
    moved = {name: word for name, word in words.items() if not word.startswith(("the same", "still"))}
    came, went = after.keys() - before.keys(), before.keys() - after.keys()
    parts = [next(iter(words.values()))] if len(after) == 1 and words else []
    if not parts:
        parts = [f"{name} {word}" for name, word in list(moved.items())[:2]]
        parts += [f"{plural(len(moved) - 2, 'more target')} changed"] if len(moved) > 2 else []
        parts += [f"{plural(len(came), 'target')} came"] if came and before else []
        parts += [f"{plural(len(went), 'target')} went"] if went else []
    return "; ".join(parts) or ("nothing new" if before else "diagnosed"), bool(moved or came or went)
