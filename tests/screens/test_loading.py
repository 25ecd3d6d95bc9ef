"""Screens open at once: what they need is loaded while somebody reads; until then it is said what is opened."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

JOURNEY = """
import asyncio, json, sys
from doctor.diagnosis.call import Call
from tui import loading
from tui.app import DoctorApp
from tui.heading import Heading

def heading(app):
    return str(app.screen.query_one(Heading).content) if app.screen.query(Heading) else ""

async def until(seen):
    async with asyncio.timeout(60):
        while not seen():
            await asyncio.sleep(0.005)

async def main(how, script):
    app = DoctorApp(Call(kind="script", name=script, run=False))
    async with app.run_test() as pilot:
        await until(lambda: heading(app))
        painted = loading.is_loaded("payloads")
        if how == "read":
            await until(lambda: app.state.done and loading.is_loaded("payloads"))
            told = app.current_mode
        else:
            app.simulate_key("4")
            await until(lambda: app.current_mode == "payloads" or "opening payloads" in heading(app))
            told = heading(app)
            await until(lambda: app.current_mode == "payloads")
        print(json.dumps([painted, told]))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(("how", "told"), [("read", "causes"), ("press", "opening payloads ...")])
def test_the_bench_is_loaded_after_the_first_paint(tmp_path: Path, how: str, told: str) -> None:
    script = tmp_path / "score.py"
    script.write_text("def init():\n    pass\n\n\ndef run(data):\n    return data\n")
    words = [sys.executable, "-P", "-c", JOURNEY, how, str(script)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    painted, said = json.loads(done.stdout)
    assert not painted, "what only another screen needs delays no first paint"
    assert said.strip() == told
