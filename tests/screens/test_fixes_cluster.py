"""A patch of a cluster: what the server says it changes, sent to the cluster that was diagnosed and to no other."""

# ruff: noqa: F811
from pathlib import Path
from typing import Any

import pytest
from cluster.api_server import ApiServer
from cluster.conftest import api_server, certificates, kubeconfig  # noqa: F401 # fixtures
from cluster.recordings import load, recording
from msgspec.structs import replace
from screens.journeys import until
from screens.test_fixes import modal, open_fix, opened, said, told
from textual.widgets import TextArea

from doctor.applying_patches import planned_patch, send
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Diagnosis, Done
from doctor.errors import CannotExamine
from tui.fixes.text_modal import TextModal

CASE = "readiness-wrong-port"


@pytest.fixture
def done(api_server: ApiServer, kubeconfig: Path) -> Done:
    load(api_server, [CASE])
    target = recording(CASE).target
    return diagnose(Call(kind="workload", name=target, namespace=CASE, kubeconfig=str(kubeconfig)))


def patches(server: ApiServer) -> list[bool]:
    """Whether each patch that was sent was a dry run."""
    return [one.query.get("dryRun") == "All" for one in server.requests if one.method == "PATCH"]


def patched(done: Done) -> tuple[Diagnosis, Any]:
    (one,) = done.diagnosed
    return one, next(fix for fix in one.report.causes[0].fixes if fix.patches)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_shown_agreed_to_sent_and_diagnosed_again(
    done: Done,
    api_server: ApiServer,
    size: tuple[int, int],
) -> None:
    app = opened(done)
    async with app.run_test(size=size) as pilot:
        await open_fix(app, pilot)
        assert api_server.address in said(app, "#fix-facts")
        assert "context `" in said(app, "#fix-facts")
        assert [line[:1] for line in said(app, "#fix-diff").splitlines()].count("+") >= 2
        assert patches(api_server) == [True]
        await pilot.press("enter")
        assert modal(app), "a patch is read first"
        await pilot.press("space", "enter")
        await until(pilot, lambda: app.applied)
        assert patches(api_server) == [True, True, True, False]
        assert any(one.startswith("patched deployment/") for one in told(app))
        await until(pilot, lambda: not app.state.running and any(": " in one for one in told(app)[1:]))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, TextModal))
        assert app.screen.query_one(TextArea).text.startswith("kubectl rollout undo deployment/")
        await pilot.press("escape")
    assert patches(api_server) == [True, True, True, False]


async def test_left_alone(done: Done, api_server: ApiServer) -> None:
    app = opened(done)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_fix(app, pilot)
        await pilot.press("escape")
    assert patches(api_server) == [True]


def test_another_cluster_gets_nothing(done: Done, api_server: ApiServer, tmp_path: Path) -> None:
    one, fix = patched(done)
    with ApiServer() as other:
        elsewhere = replace(one, call=replace(one.call, kubeconfig=str(other.kubeconfig(tmp_path / "other"))))
        plan = planned_patch(elsewhere, fix)
        assert f"and {api_server.address} was diagnosed" in plan.refused
        good = planned_patch(one, fix)
        assert good.refused == ""
        with pytest.raises(CannotExamine, match="was diagnosed; nothing was changed"):
            send(elsewhere, good)
    assert False not in patches(api_server)


def test_a_server_that_says_no_or_nothing(done: Done, api_server: ApiServer) -> None:
    one, fix = patched(done)
    api_server.forbidden.add("deployments")
    assert "was not changed" in planned_patch(one, fix).refused
    api_server.forbidden.clear()
    gone = replace(one, call=replace(one.call, kubeconfig="/missing/kubeconfig"))
    assert "/missing/kubeconfig" in planned_patch(gone, fix).refused
    saved = replace(one, call=Call(kind="report", name="a.zip"))
    assert "saved report" in planned_patch(saved, fix).refused
    assert False not in patches(api_server)


def test_what_changed_meanwhile_is_not_patched(done: Done, api_server: ApiServer) -> None:
    one, fix = patched(done)
    plan = planned_patch(one, fix)
    send(one, plan)
    sent = len(patches(api_server))
    assert "nothing to change" in send(one, plan)
    assert patches(api_server)[sent:] == [True]
