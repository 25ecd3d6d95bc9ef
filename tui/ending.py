"""How the app ends, by `q` or by a signal: what is under way is ended first, and the terminal given back."""

import asyncio
import errno
import os
import signal
import sys
import threading
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import DoctorApp

LONGEST = {"SIGTERM": 12.0, "SIGQUIT": 12.0, "SIGHUP": 3.0}
"""Signals, and seconds until the process ends whatever else happens. Writing to a terminal that is closed may block for
ever. Ctrl-C is a key here, and SIGKILL nobody hears; a diagnosis ends by itself as soon as nobody waits for it.
"""
COLORS = ("auto", "standard", "256", "truecolor", "windows")
POOR = frozenset({"dumb", "unknown", "printer"})
"""Values of TERM that promise nothing but lines of text, as in an editor's shell or the log of a job."""


async def leave(app: "DoctorApp") -> None:
    """End the app, unless somebody wants to stay for what is not saved."""
    for may_leave in app.before_leaving:
        if not await may_leave():
            return
    await _end(app, 0)


async def _end(app: "DoctorApp", code: int) -> None:
    """What is under way is ended, and what it made removed."""
    if app.running is not None:
        await app.running.cancel()
    if _is_closed():
        await asyncio.gather(*(one.close() for one in app.under_way))
        os._exit(code)  # an end in order would wait for a terminal that answers nothing
    app.exit(return_code=code)


def _is_closed() -> bool:
    """Whether the window of the terminal is gone."""
    try:
        import termios

        termios.tcgetattr(0)
    except ImportError:
        return False  # a system that sends no such signal
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)  # ENOTTY is what a browser's server and a test have instead
    return False


def heed(app: "DoctorApp") -> None:
    """Listen to the signals, where there is a terminal of one's own."""
    if app.is_headless or app.is_web:
        return
    app.app_resume_signal.subscribe(app, lambda _: app.refresh(layout=True))  # after Ctrl-Z and fg nothing is painted
    loop = asyncio.get_running_loop()
    for name, seconds in LONGEST.items():
        number = getattr(signal, name, None)
        if number is not None and threading.current_thread() is threading.main_thread():
            signal.signal(number, partial(_signalled, app, loop, seconds))


def _signalled(app: "DoctorApp", loop: asyncio.AbstractEventLoop, seconds: float, number: int, _frame: object) -> None:
    last = threading.Timer(seconds, os._exit, (128 + number,))
    last.daemon = True
    last.start()
    loop.call_soon_threadsafe(_leaving, app, 128 + number)


def _leaving(app: "DoctorApp", code: int) -> None:
    app.run_worker(_end(app, code), group="leaving")


def wrong_variable() -> str | None:
    """Which variable of Textual's has a value that would end the app at its start; None where none has."""
    colors = os.environ.get("TEXTUAL_COLOR_SYSTEM", COLORS[0])
    if colors not in COLORS:
        return f"TEXTUAL_COLOR_SYSTEM={colors} names no colours; unset it, or set one of {', '.join(COLORS)}"
    driver = os.environ.get("TEXTUAL_DRIVER", "")
    module, _, name = driver.partition(":")
    try:
        found = not driver or hasattr(import_module(module), name)
    except Exception:  # whatever a file raises that is imported
        found = False
    return None if found else f"TEXTUAL_DRIVER={driver} names no driver; unset it, or set MODULE:CLASS"


def missing_terminal() -> str | None:
    """Why there is nothing to draw on; None where there is. A browser's server brings its own way of drawing."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return None
    streams = {"input": sys.__stdin__, "output": sys.__stdout__, "error": sys.__stderr__}
    missing = [name for name, stream in streams.items() if stream is None or stream.closed or not stream.isatty()]
    if missing:
        return (
            f"the screens need a terminal, and standard {' and '.join(missing)} {'are' if missing[1:] else 'is'} none"
        )
    kind = os.environ.get("TERM", "")
    if kind in POOR:
        return f"the screens need a terminal that can place its cursor, and TERM={kind} says that this one cannot"
    return None
