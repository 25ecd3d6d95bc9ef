"""The clipboard: the terminal's own (OSC 52), and the desktop's where a program for it is there."""

import asyncio
import os
import shutil
import time
from typing import TYPE_CHECKING

from doctor.reports.common import plural

if TYPE_CHECKING:
    from tui.app import DoctorApp

SECONDS = 3.0  # a program that does not answer by then is left alone
AGAIN = 8.0  # seconds within which the same key means that nothing arrived
_MOST = 74_000  # bytes that terminals take in one OSC 52
PROGRAMS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("", ("clip.exe",)),
)


async def copy(app: "DoctorApp", text: str, what: str) -> None:
    """Copy a text and say so. The same once more within AGAIN seconds shows it instead, to be taken by hand."""
    last = app.copied
    app.copied = (text, time.monotonic())
    if last and last[0] == text and time.monotonic() - last[1] < AGAIN:
        await by_hand(app, text, what)
        return
    app.to_terminal(text)
    await tell(app, text, what, again=True)


async def tell(app: "DoctorApp", text: str, what: str, *, again: bool = False) -> None:
    """Hand a text that the terminal has over to the desktop too, and say what went where.

    `again`: the same key once more shows it, which is said where it may not have arrived.
    """
    program = await _handed_over(text)
    lines = text.count("\n") + 1
    size = f" ({plural(lines, 'line')})" if lines > 1 else ""
    if program:
        said = f"copied {what}{size} with {program}"
    elif len(text.encode()) > _MOST:
        said = f"{what}{size} may be too long for the terminal's clipboard"
        said += "; the same key again shows it, to be saved" if again else ""
    else:
        said = f"copied {what}{size} by the terminal"
        said += "; if nothing arrived, the same key again shows it" if again else ""
    app.notify(said, markup=False)


async def by_hand(app: "DoctorApp", text: str, what: str, *, is_prose: bool = False) -> None:
    """Show the text, and save it where that is asked for."""
    from tui.fixes.saving import save_text
    from tui.fixes.text_modal import TextModal

    def again(chosen: str) -> None:
        app.copy_to_clipboard(chosen)

    note = "select it with the mouse (Shift held down in most terminals), or save it"
    if await app.push_screen_wait(TextModal(what, text, again, note, is_prose=is_prose)) == "save":
        await save_text(app, text, what)


def program() -> tuple[str, ...]:
    """The program that fills the desktop's clipboard; empty where there is none."""
    for variable, words in PROGRAMS:
        if (not variable or os.environ.get(variable)) and shutil.which(words[0]):
            return words
    return ()


async def _handed_over(text: str) -> str:
    """The name of the program that took the text; empty where none did."""
    words = await asyncio.to_thread(program)
    if not words:
        return ""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return ""
    try:
        await asyncio.wait_for(process.communicate(text.encode()), SECONDS)
    except (TimeoutError, OSError):
        process.kill()
        await process.wait()
        return ""
    return words[0] if process.returncode == 0 else ""
