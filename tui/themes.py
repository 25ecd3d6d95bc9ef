"""The looks: a dark and a light theme of doctor's own, every other of Textual's, and what a person chose."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.theme import Theme

from tui import plain_signs
from tui.sheets import Sheets

if TYPE_CHECKING:
    from textual.app import App

DARK = Theme(
    name="doctor-dark",
    primary="#6fb3d9",
    secondary="#93a4b8",
    accent="#7fd0c0",
    success="#86c98f",
    warning="#e5bd68",
    error="#f08a8f",
    foreground="#d9dfe5",
    background="#14181c",
    surface="#1a1f25",
    panel="#232a32",
    variables={
        "block-cursor-background": "#28465a",
        "block-cursor-foreground": "#f2f6f9",
        "block-cursor-blurred-background": "#27323c",
        "block-hover-background": "#222a32",
        "border": "#6fb3d9",
        "border-blurred": "#46525e",
        "text-disabled": "auto 62%",
        "foreground-muted": "#b2bcc6",
        "foreground-disabled": "#98a3ae",
        "scrollbar-background": "#1a1f25",
        "scrollbar": "#46525e",
        "scrollbar-hover": "#5a6875",
        "input-selection-background": "#28465a",
    },
)
LIGHT = Theme(
    name="doctor-light",
    dark=False,
    primary="#1c6690",
    secondary="#52627a",
    accent="#0b6b62",
    success="#26703a",
    warning="#7d5700",
    error="#a82a38",
    foreground="#20262c",
    background="#fbfbf9",
    surface="#f1f2f0",
    panel="#e4e7e8",
    variables={
        "block-cursor-background": "#c4dcea",
        "block-cursor-foreground": "#0e161c",
        "block-cursor-blurred-background": "#dde4e8",
        "block-hover-background": "#e6eaec",
        "border": "#1c6690",
        "border-blurred": "#b3bcc3",
        "text-disabled": "auto 60%",
        "foreground-muted": "#4a525b",
        "foreground-disabled": "#5c656e",
        "scrollbar-background": "#eceeed",
        "scrollbar": "#b3bcc3",
        "scrollbar-hover": "#98a3ac",
        "input-selection-background": "#c4dcea",
    },
)
MOST = 65_536
"""Bytes that the file of choices may have."""


class Choices(NamedTuple):
    """What `tui.toml` says. `complaint` is what is wrong with it; what is wrong does not count."""

    theme: str | None = None
    motion: bool = True
    complaint: str = ""


def file() -> Path:
    """Where the choices are kept."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "doctor" / "tui.toml"


def read(known: "set[str] | frozenset[str]") -> Choices:
    """What a person chose before."""
    path = file()
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST + 1)
        import tomllib  # few have made a choice, and all wait for the first paint

        if len(text) > MOST:
            return Choices(complaint=f"{path} has more than {MOST:,} bytes; it is not read")
        said: dict[str, Any] = tomllib.loads(text.decode())
    except FileNotFoundError:
        return Choices()
    except OSError as error:
        return Choices(complaint=f"{path} cannot be read: {error.strerror}")
    except ValueError as error:
        return Choices(complaint=f"{path} is not valid TOML: {error}")
    wrong = [
        f"it has no key `{name}`; its keys are theme and motion" for name in said if name not in Choices._fields[:2]
    ]
    theme, motion = said.get("theme"), said.get("motion", True)
    if theme is not None and theme not in known:
        wrong.append(f"`theme = {theme!r}` names none of: {', '.join(sorted(known))}")
        theme = None
    if not isinstance(motion, bool):
        wrong.append("`motion` is true or false")
        motion = True
    return Choices(theme, motion, f"{path}: {'; '.join(wrong)}" if wrong else "")


def keep(theme: str) -> None:
    """Write the choice of a theme, and leave the rest of the file as it is. Raises OSError."""
    path = file()
    line = f'theme = "{theme}"'
    old = path.read_text("utf-8") if path.exists() else ""
    new, count = re.subn(r"(?m)^theme\s*=.*$", line, old, count=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_text(new if count else f"{line}\n{old}", "utf-8")
    aside.replace(path)


def dress(app: "App[Any]") -> str:
    """Give an app its themes and the chosen one; returns what is wrong with the choices, else an empty text."""
    app.register_theme(DARK)
    app.register_theme(LIGHT)
    plain_signs.suit(app)
    choices = read(frozenset(app.available_themes))
    app.theme = choices.theme or DARK.name
    app.stylesheet = Sheets(variables=app.get_css_variables())
    if not choices.motion or os.environ.get("REDUCE_MOTION", "0") not in {"", "0"}:
        app.animation_level = "none"
    return choices.complaint


def suit(app: "App[Any]") -> None:
    """A terminal of 16 colours shows its own, unless another theme was chosen."""
    if app.console.color_system == "standard" and not app.is_headless and read(frozenset({app.theme})).theme is None:
        app.theme = "ansi-dark"


def other(app: "App[Any]") -> str:
    """The light theme for a dark one, and the other way round."""
    pair = ("ansi-light", "ansi-dark") if app.current_theme.ansi else (LIGHT.name, DARK.name)
    return pair[0] if app.current_theme.dark else pair[1]
