"""Moments of a container: made, started, ended, found healthy or not."""

from collections.abc import Iterator

from checks.cluster.times import between
from checks.containers import Container, Health, Image
from checks.evidence import Evidence
from doctor.exploring.moments import Moment, moment
from doctor.exploring.table import Tone, shown, shown_lines, time_of


def moments_of_container(evidence: Evidence) -> Iterator[Moment]:
    """What the engine tells of it. Of a pod's container the pod tells more: see pod_moments."""
    container = evidence.container
    if not isinstance(container, Container) or container.is_pod:
        return
    yield from filter(None, _moments(container))


def _moments(container: Container) -> Iterator[Moment | None]:
    state, who = container.state, shown(container.name)
    image = container.image
    if isinstance(image, Image):
        yield moment(image.created, "image", f"{shown(image.reference or image.id[:19])} was built", kind="made")
    yield moment(container.created, who, "made", kind="made")
    if state.error:
        yield moment(container.created, who, f"could not be started: {shown(state.error)}", kind="end", tone="error")
    for one in state.ends:
        yield _ended(one.at, who, one.exit_code, None, killed=one.oom_killed, restarts=state.restarts)
    if state.started:
        again = f" again, restart {state.restarts}" if state.restarts else ""
        yield moment(state.started, who, f"started{again}", kind="start", restarts=state.restarts)
    told = {one.at[:19] for one in state.ends}
    if state.finished and state.exit_code is not None and state.finished[:19] not in told:
        ran = between(state.started, state.finished)
        ran = ran if ran is not None and ran >= 0 else None
        yield _ended(
            state.finished,
            who,
            state.exit_code,
            ran,
            killed=state.oom_killed,
            signal=state.signal,
            restarts=state.restarts,
        )
    if container.health:
        yield from _checked(container.health, who)


def _ended(
    at: str, who: str, code: int, ran: float | None, *, killed: bool, signal: str | None = None, restarts: int = 0
) -> Moment | None:
    outcome = f"exit {code}{f' ({signal})' if signal else ''}{', killed for memory' if killed else ''}"
    what = f"ran {time_of(ran)}, {outcome}" if ran is not None else f"ended, {outcome}"
    tone: Tone = "warning" if code == 0 and not killed else "error"
    return moment(at, who, what, kind="end", tone=tone, outcome=outcome, ran=ran, restarts=restarts)


def _checked(health: Health, who: str) -> Iterator[Moment | None]:
    for one in health.results:
        good = one.exit_code == 0
        what = (
            "health check passed" if good else f"health check failed, exit {one.exit_code}: {shown(one.output)[:160]}"
        )
        detail = f"{shown(' '.join(health.test))}\n{shown_lines(one.output)}"
        yield moment(one.at, who, what, kind="check", tone="passed" if good else "warning", detail=detail)
