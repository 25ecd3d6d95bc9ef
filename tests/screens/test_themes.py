"""Themes: text that can be read in both of doctor's own, the kept choice, and a screen without colours."""

from pathlib import Path

import pytest
from screens.journeys import until
from textual.color import Color
from textual.filter import Monochrome
from textual.theme import Theme

from doctor.diagnosis.result import Done
from tui import themes
from tui.app import DoctorApp

TEXTS = ["foreground", "text", "text-muted", "foreground-muted", "text-disabled"]
TEXTS += [f"text-{name}" for name in ("error", "warning", "success", "accent", "primary", "secondary")]
SIGNS = [
    "foreground-disabled",
    "error",
    "warning",
    "success",
    "accent",
    "primary",
    "secondary",
    "footer-key-foreground",
    "markdown-h1-color",
]
GROUNDS = ["background", "surface", "panel", "block-cursor-background", "block-cursor-blurred-background"]
PLAIN = ["background", "surface", "panel"]
ON = [("block-cursor-foreground", "block-cursor-background")]
ON += [(f"text-{name}", f"{name}-muted") for name in ("error", "warning", "success", "accent", "primary")]
ON += [("text", name) for name in ("error", "warning", "success", "primary")]
LINES = [("border", "background"), ("border", "surface")]


def luminance(color: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [one / 255 for one in (color.r, color.g, color.b)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(theme: Theme, front: str, ground: str) -> float:
    """The contrast ratio of two variables of a theme."""
    values = theme.to_color_system().generate()
    below = Color.parse(values["surface"]) + Color.parse(values[ground])
    said = values[front]
    if said.startswith("auto"):
        above = below + below.get_contrast_text(float(said.split()[1].rstrip("%")) / 100)
    else:
        above = below + Color.parse(said)
    light, dark = sorted((luminance(above), luminance(below)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [themes.DARK, themes.LIGHT], ids=lambda theme: theme.name)
def test_text_has_the_contrast_of_wcag_aa(theme: Theme) -> None:
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(sign, ground) for sign in SIGNS for ground in PLAIN] + ON
    weak = {pair: round(ratio, 2) for pair in pairs if (ratio := contrast(theme, *pair)) < 4.5}
    assert not weak
    assert all(contrast(theme, *pair) >= 3 for pair in LINES)


def test_the_ratio_is_that_of_wcag() -> None:
    paper = Theme(name="paper", primary="#000000", background="#ffffff", surface="#ffffff", foreground="#767676")
    assert contrast(paper, "foreground", "background") == pytest.approx(4.54, abs=0.01)


@pytest.mark.presses("app.dark")
async def test_light_and_dark_change_by_key_and_are_kept(tmp_path: Path) -> None:
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        assert app.theme == "doctor-dark"
        await pilot.press("ctrl+t")
        assert app.theme == "doctor-light"
    again = DoctorApp(folder=tmp_path)
    assert again.theme == "doctor-light"
    assert themes.file().read_text() == 'theme = "doctor-light"\n'


def test_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    themes.file().parent.mkdir(parents=True)
    themes.file().write_text('# mine\nmotion = false\ntheme = "nord"\n')
    themes.keep("doctor-light")
    assert themes.file().read_text() == '# mine\nmotion = false\ntheme = "doctor-light"\n'
    assert [one.name for one in themes.file().parent.iterdir()] == ["tui.toml"]
    assert DoctorApp().animation_level == "none"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('theme = "nrod"', "names none of"),
        ("theme = 3", "names none of"),
        ("theme = [", "is not valid TOML"),
        ('motion = "no"', "`motion` is true or false"),
        ('colour = "red"', "no key `colour`"),
        ("#" * 70_000, "more than 65,536 bytes"),
        (b"\xff\xfe", "is not valid TOML"),
    ],
)
async def test_a_bad_file_is_told_and_counts_as_none(tmp_path: Path, content: str | bytes, told: str) -> None:
    themes.file().parent.mkdir(parents=True)
    themes.file().write_bytes(content if isinstance(content, bytes) else content.encode())
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        assert app.theme == "doctor-dark"
        assert app.animation_level == "full"
        assert [told in one.message for one in app._notifications] == [True]


async def test_a_choice_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    themes.file().parent.parent.mkdir(parents=True)
    themes.file().parent.write_text("a file where the folder should be")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        await pilot.press("ctrl+t")
        assert app.theme == "doctor-light"
        assert any("kept until you leave" in one.message for one in app._notifications)


def test_less_motion_is_asked_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DoctorApp().animation_level == "full"
    monkeypatch.setenv("REDUCE_MOTION", "1")
    assert DoctorApp().animation_level == "none"


async def test_without_colours_every_state_is_told_by_words_and_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: Done
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = DoctorApp(folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("Heading"))
        assert any(isinstance(one, Monochrome) for one in app._filters)
        app.state.done, app.state.call = done, done.diagnosed[0].call
        app.switch_mode("causes")
        await until(pilot, lambda: app.finding)
        strips = app.screen._compositor.render_strips()
        shown = "\n".join("".join(segment.text for segment in line) for line in strips)
        assert "✗ failing" in shown
        assert "[2 causes]" in shown
        drawn = {style.color.triplet for style in _styles(app) if style.color and style.color.triplet}
        assert all(len({one.red, one.green, one.blue}) == 1 for one in drawn), "something has a colour"


def _styles(app: DoctorApp) -> list["object"]:
    from textual.filter import LineFilter

    found = []
    ground = app.screen.styles.background
    for strip in app.screen._compositor.render_strips():
        segments = list(strip)
        for one in app._filters:
            assert isinstance(one, LineFilter)
            segments = one.apply(segments, ground)
        found += [segment.style for segment in segments if segment.style]
    return found
