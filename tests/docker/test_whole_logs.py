"""The whole log of a real container: spooled, followed over restarts, and kept when the container vanishes."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from screens.journeys import until
from screens.log_journeys import LogApp, diagnosis_of, said, shown

from checks.containers import Container
from checks.evidence import Evidence
from doctor.containers.engine import Engine
from doctor.containers.inspection import container_of
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis
from doctor.logs.spool import Spooled
from doctor.logs.spooling import Ended
from doctor.logs.wholes import Whole

pytestmark = pytest.mark.docker
Run = Callable[..., str]


@pytest.fixture
def run(engine: Engine, base_image: str, tmp_path: Path) -> Iterator[Run]:
    """Run a Python text in a container; its id."""
    made: list[str] = []

    def start(text: str, *, wait: bool = False, environment: tuple[str, ...] = (), **host: Any) -> str:
        (tmp_path / "main.py").write_text(text)
        config = engine.api.create_host_config(binds=[f"{tmp_path}:/code:ro"], **host)
        name = f"test-whole-{os.urandom(4).hex()}"
        container = engine.api.create_container(
            base_image,
            ["python3", "-u", "/code/main.py"],
            name=name,
            host_config=config,
            environment=list(environment),
            labels={"doctor-test": "container"},
        )
        made.append(container["Id"])
        engine.api.start(made[-1])
        if wait:
            engine.api.wait(made[-1])
        return made[-1]

    yield start
    for container in made:
        if engine.api.containers(all=True, filters={"id": container}):
            engine.api.remove_container(container, force=True)


def diagnosed(engine: Engine, container: str) -> Diagnosis:
    """A diagnosis of the container that has read none of its log."""
    found: Container = container_of(engine, engine.inspect(container))
    bare = diagnosis_of(call=Call(kind="container", name=found.name))
    evidence = Evidence(target=bare.report.target, container=found)
    return Diagnosis(call=bare.call, report=bare.report, evidence=evidence)


async def test_all_of_it_is_spooled_without_secrets(engine: Engine, run: Run) -> None:
    text = (
        "import os, sys\n"
        "for at in range(20000): print('line', at, file=sys.stderr if at % 100 == 0 else sys.stdout)\n"
        "print('it said', os.environ['API_TOKEN'])\n"
    )
    container = run(text, wait=True, environment=("API_TOKEN=correct-horse-battery",))
    spooled = Spooled(Whole(kind="container", name=container))
    last = [one async for one in spooled.news()][-1]
    assert last == Ended(note="the container has ended; this is all it wrote")
    lines = spooled.lines
    while lines.index.count():
        pass
    assert lines.count == 20_001
    assert lines.marks(0, 20_001).count(b"1") == 200, "what came on standard error"
    assert b"correct-horse" not in lines.index.file.read(1 << 24, 0)


async def test_it_is_followed_until_the_container_vanishes(engine: Engine, run: Run) -> None:
    container = run("import time\nfor at in range(9999): print('tick', at); time.sleep(0.05)\n")
    app = LogApp(diagnosed(engine, container))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: "tick 0" in shown(pilot)[0])
        await pilot.press("F")
        first = app.pane.view.cursor
        await until(pilot, lambda: app.pane.view.cursor > first + 3)
        engine.api.remove_container(container, force=True)
        await until(pilot, lambda: not app.pane.coming.moving)
        assert "what was read stays here" in said(pilot)
        assert "tick" in shown(pilot)[0]
        await pilot.press("g")
        assert "tick 0" in shown(pilot)[0]


async def test_starts_are_runs(engine: Engine, run: Run) -> None:
    container = run(
        "print('begun')\nraise SystemExit(3)\n", restart_policy={"Name": "on-failure", "MaximumRetryCount": 2}
    )
    while (now := engine.inspect(container))["RestartCount"] < 2 or now["State"]["Status"] != "exited":
        await asyncio.sleep(0.1)
    app = LogApp(diagnosed(engine, container))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: app.pane.lines and app.pane.lines.count == 3)
        await until(pilot, lambda: len(app.pane.lines.starts) == 2)
        await pilot.press("s")
        await until(pilot, lambda: len(app.pane.view.rows) == 1)
        assert app.pane.view.rows.number(0) == 3
