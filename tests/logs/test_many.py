"""Many logs: every executor gives the same results, and a worker that dies loses none."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from doctor.errors import CannotExamine
from doctor.logs import many
from doctor.logs.inputs import Input, Refused, find_inputs
from doctor.logs.many import Workers, given, own_processes, triage_all
from doctor.report import Report, Verdict

MISSING = "ModuleNotFoundError: No module named '{}'\n"
HEALTHY = "2026-11-20 17:53:01,727 I [40] azmlinfsrv - Worker with pid 40 ready for serving traffic\n"


@pytest.fixture
def tickets(tmp_path: Path) -> list[str]:
    """A hundred and twenty logs, every third healthy, and one that is not there."""
    folder = tmp_path / "tickets"
    folder.mkdir()
    for number in range(120):
        text = HEALTHY if number % 3 == 0 else MISSING.format(("cv2", "yaml", "torch")[number % 7 % 3])
        (folder / f"{number:03}.log").write_text(text, encoding="utf-8")
    return [str(folder), str(tmp_path / "gone.log")]


def told(paths: list[str], workers: Workers | Executor | None) -> Counter[tuple[str, str]]:
    """What came out, in no order: name and fingerprint of each report, the reason of each refusal."""
    results = triage_all(find_inputs(paths), workers=workers)
    return Counter(
        (r.path, r.reason) if isinstance(r, Refused) else (r.target.name, str(r.fingerprint)) for r in results
    )


@pytest.fixture
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with request.param(max_workers=2) as made:
        yield made


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, ProcessPoolExecutor], indirect=True)
def test_every_executor_gives_the_same(tickets: list[str], executor: Executor) -> None:
    here = told(tickets, None)
    assert len(here) == 121
    assert told(tickets, executor) == here
    assert told(tickets, given(executor, 2, remote=True)) == here


def test_own_processes_give_the_same(tickets: list[str]) -> None:
    assert told(tickets, own_processes(2)) == told(tickets, None)


def test_only_a_few_inputs_are_taken_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEALTHY, encoding="utf-8")
    taken = 0

    def endless() -> Iterator[Input]:
        nonlocal taken
        while True:
            taken += 1
            yield Input(path=str(tmp_path / "a.log"), size=len(HEALTHY))

    with ThreadPoolExecutor(2) as pool:
        results = triage_all(endless(), workers=given(pool, 2))
        for _ in range(10):
            assert next(results)
        results.close()  # type: ignore[attr-defined] # it is a generator
    assert taken <= (2 * many.WINDOW + 2) * many.BATCH_FILES


def deadly(batch: many.Batch, suppression: object) -> list[many.Result]:
    """Judge, and take the process down at a log that says so; once, when its flag file can still be removed."""
    for one in batch:
        content = Path(one.path).read_text(encoding="utf-8")
        if content.startswith("KILL ALWAYS"):
            os.kill(os.getpid(), signal.SIGKILL)
        if content.startswith("KILL ONCE"):
            try:
                Path(content.split()[2]).unlink()
            except FileNotFoundError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)
    return many.judge_batch(batch, many.NOTHING_SUPPRESSED)


def test_a_dying_process_loses_nothing(tickets: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = told(tickets, None)
    (tmp_path / "flag").touch()
    folder = Path(tickets[0])
    once, always = folder / "050a.log", folder / "080a.log"
    once.write_text(f"KILL ONCE {tmp_path / 'flag'}\n", encoding="utf-8")
    always.write_text("KILL ALWAYS\n", encoding="utf-8")
    monkeypatch.setattr(many, "judge_batch", deadly)
    seen = told(tickets, own_processes(2))
    refused = [reason for path, reason in seen if path == str(always)]
    assert len(refused) == 1
    assert "could not be judged, twice" in refused[0]
    assert not (tmp_path / "flag").exists()
    del seen[str(always), refused[0]]
    del seen[str(once), Verdict.INCONCLUSIVE.value]
    assert seen == expected


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_with_a_worker_killed_half_way(tmp_path: Path) -> None:
    from distributed import LocalCluster

    from doctor.logs.cluster import connected

    folder = tmp_path / "tickets"
    folder.mkdir()
    line = "2026-11-20 18:20:13,417 I [9] azmlinfsrv.print - predicted 3 rows\n" * 200
    for number in range(1500):
        (folder / f"{number:04}.log").write_text(line + MISSING.format(f"package{number % 50}"), encoding="utf-8")
    expected = told([str(folder)], None)
    assert len(expected) == 1500
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        pids = [nanny.pid for nanny in cluster.workers.values()]
        with connected(cluster.scheduler_address) as workers:
            assert workers.number == 2
            seen: Counter[tuple[str, str]] = Counter()
            for result in triage_all(find_inputs([str(folder)]), workers=workers):
                assert isinstance(result, Report)
                seen[result.target.name, str(result.fingerprint)] += 1
                if sum(seen.values()) == 700:
                    os.kill(pids[0], signal.SIGKILL)
    assert seen == expected


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from doctor.logs import cluster

    monkeypatch.setattr(cluster, "PATIENCE", "1s")
    began = time.monotonic()
    with pytest.raises(CannotExamine, match="no Dask scheduler answers"), cluster.connected("tcp://127.0.0.1:9"):
        pass
    assert time.monotonic() - began < 30
