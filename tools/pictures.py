"""Draws docs/pictures from the sample services: the real app, without a terminal, always the same size.

    python tools/pictures.py [NAME...]

What differs between machines stays out: the samples stand in a folder of their own, and neither Docker nor a cluster is
asked.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE / "sample-broken-services")]

import sample_services  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from doctor.diagnosis.call import Call  # noqa: E402
from tui.app import DoctorApp  # noqa: E402

TARGET = HERE / "docs" / "pictures"
SIZE = (112, 32)
MOST = 150_000
SERVICES = {"diabetes": "model-not-global", "churn": "package-not-listed", "digits": "healthy-sklearn"}
SECONDS = re.compile(r"\b\d+(\.\d+)?(&#160;| )(ms|s)\b")


async def seen(pilot: Pilot[None], there: Callable[[], object]) -> None:
    """Wait for something, the screen going on meanwhile."""
    end = time.monotonic() + 60
    while not there():
        if time.monotonic() > end:
            raise TimeoutError("it does not come to that")
        await pilot.pause(0.05)
    await pilot.pause(0.5)


async def targets(pilot: Pilot[None], app: DoctorApp) -> None:
    """What there is to diagnose."""
    app.switch_mode("targets")
    await seen(pilot, lambda: "score.py" in text(app))


async def causes(pilot: Pilot[None], app: DoctorApp) -> None:
    """The ranked causes, and the proof of the first."""
    app.switch_mode("causes")
    await seen(pilot, lambda: "failing" in text(app))


async def evidence(pilot: Pilot[None], app: DoctorApp) -> None:
    """Where the proof stands."""
    finding = app.finding
    if finding is not None:
        app.prove(finding.evidence[0])
    await seen(pilot, lambda: "▶" in text(app))


async def payloads(pilot: Pilot[None], app: DoctorApp) -> None:
    """A request on the bench."""
    app.switch_mode("payloads")
    await seen(pilot, lambda: app.current_mode == "payloads" and "no fault" in text(app))


async def fix(pilot: Pilot[None], app: DoctorApp) -> None:
    """The fix as a diff, before anything is written."""
    app.switch_mode("causes")
    await seen(pilot, lambda: app.finding)
    app.action_fix()
    await seen(pilot, lambda: app.screen.is_modal)


async def help_(pilot: Pilot[None], app: DoctorApp) -> None:
    """The help of a screen."""
    app.switch_mode("causes")
    await seen(pilot, lambda: app.finding)
    app.action_help()
    await seen(pilot, lambda: app.screen.is_modal)


SCENES: dict[str, Callable[[Pilot[None], DoctorApp], Awaitable[None]]] = {
    "targets": targets,
    "causes": causes,
    "evidence": evidence,
    "payloads": payloads,
    "fix": fix,
    "help": help_,
}


def text(app: DoctorApp) -> str:
    """What stands on the screen."""
    svg = app.export_screenshot(simplify=True)
    return re.sub(r"<[^>]*>", "", svg).replace("&#160;", " ")


def calm(svg: str) -> str:
    """The picture without fonts from elsewhere, and without numbers that differ from run to run."""
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    svg = re.sub(r"\bterminal-\d+", "terminal-doctor", svg)
    svg = svg.replace("Fira Code, monospace", "Menlo, Consolas, DejaVu Sans Mono, monospace")
    return re.sub(r"[ \t]+\n", "\n", SECONDS.sub(r"1\2\3", svg))


async def draw(names: list[str]) -> None:
    """Every scene in an app of its own, and its picture."""
    for name in names:
        call = None if name == "targets" else Call(kind="script", name="diabetes/score.py")
        app = DoctorApp(call)
        async with app.run_test(size=SIZE) as pilot:
            if call is not None:
                await seen(pilot, lambda app=app: app.state.done and not app.state.running)
            await SCENES[name](pilot, app)
            for field in app.screen.query("Input, TextArea"):
                field.cursor_blink = False  # type: ignore[attr-defined] # both have it
            app.clear_notifications()
            await pilot.pause()
            svg = calm(app.export_screenshot(title="doctor tui"))
        if len(svg) > MOST:
            raise ValueError(f"{name}.svg has {len(svg):,} bytes, more than {MOST:,}")
        (TARGET / f"{name}.svg").write_text(svg, "utf-8")


def main() -> None:
    """Make a folder of samples, and draw there."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "services"
        for name, sample in SERVICES.items():
            shutil.copytree(sample_services.HERE / sample, home / name)
            sample_services.make_model(home / name)
        # also where the machine is so busy that doctor would not wait for the proof of a fix
        (home / "doctor.toml").write_text("verify = true\n", "utf-8")
        two_hours_ago = time.time() - 7300
        for path in home.rglob("*"):
            os.utime(path, (two_hours_ago, two_hours_ago))
        os.environ |= {
            "DOCKER_HOST": "unix:///nowhere/docker.sock",
            "KUBECONFIG": "/nowhere/kubeconfig",
            "XDG_STATE_HOME": f"{folder}/state",
            "XDG_CONFIG_HOME": f"{folder}/config",
            "TEXTUAL_ANIMATIONS": "none",
        }
        os.environ.pop("NO_COLOR", None)
        os.chdir(home)
        asyncio.run(draw(sys.argv[1:] or list(SCENES)))


if __name__ == "__main__":
    main()
