"""A target that was there and is gone: since when, and what is waited for."""

import time
from collections.abc import Callable

import pytest
from screens.containers import engine, remove, waiting  # noqa: F401 # fixtures

from doctor.containers.engine import Engine
from doctor.diagnosis.call import Call
from doctor.errors import CannotExamine
from doctor.watching.gone import told_gone

SEEN = time.mktime((2026, 11, 20, 18, 17, 7, 0, 0, -1))
POD = Call(kind="workload", name="deployment/score", namespace="team-a")
CONTAINER = Call(kind="container", name="score")


def test_a_deployment_that_was_deleted() -> None:
    text = told_gone(POD, "there is no deployment/score in namespace team-a", SEEN, watching=True)
    assert "was deleted: it was there at 18:17:07" in text
    assert "still watched: as soon as pods of this name come" in text


def test_a_container_that_was_removed() -> None:
    text = told_gone(CONTAINER, "no container is called `score`; the nearest is `scope`", SEEN, watching=False)
    assert text.startswith("the container score was removed or renamed: it was there at 18:17:07")
    assert "nothing is watched; r looks for it again" in text
    said = "the container score was removed at 18:20:00, 3 s ago; make it again"
    assert told_gone(CONTAINER, said, SEEN, watching=True).startswith(f"{said}\nit is still watched: as soon as")


@pytest.mark.parametrize(
    ("call", "text", "seen"),
    [
        (POD, "there is no deployment/score in namespace team-a", None),
        (POD, "the API server does not answer", SEEN),
        (CONTAINER, "the container score is paused", SEEN),
        (Call(kind="script", name="score.py"), "there is no score.py", SEEN),
    ],
)
def test_what_is_not_gone_is_told_as_it_is(call: Call, text: str, seen: float | None) -> None:
    assert told_gone(call, text, seen, watching=True) == text


@pytest.mark.docker
def test_the_engine_tells_when_a_container_was_removed(
    engine: Engine,  # noqa: F811
    waiting: Callable[..., str],  # noqa: F811
) -> None:
    name = waiting()
    remove(engine, name)
    with pytest.raises(CannotExamine, match=rf"the container {name} was removed while doctor looked"):
        engine.inspect(name)  # this connection has seen it
    engine.known.clear()
    with pytest.raises(CannotExamine, match=rf"the container {name} was removed at \d\d:\d\d:\d\d, \d+ s ago"):
        engine.inspect(name)
    with pytest.raises(CannotExamine, match="no container is called"):
        engine.inspect(name[:-3])
