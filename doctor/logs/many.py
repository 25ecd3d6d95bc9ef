"""Many logs: on one core, on all, or on a cluster; results as they come, memory that does not grow."""

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path

import msgspec

from doctor.errors import CannotExamine
from doctor.logs.inputs import STDIN, Input, Refused, content_of
from doctor.logs.reading import read_logs, read_stream
from doctor.report import Report
from doctor.suppress import NOTHING_SUPPRESSED, Suppression
from doctor.triage import triage

BATCH_FILES = 32
BATCH_BYTES = 1 << 20
LARGEST_SENT = 16 << 20  # bytes; what is larger is read where the worker runs, under the same path
UNKNOWN_WORKERS = 16  # an executor does not tell how many it has
_BUNDLE, _HEAD = b"doctor.json", 64  # a support bundle tells what it is in the first bytes of its archive
_REPORT = re.compile(rb"\s*(?:\[\s*)?\{\s*\"schema\"\s*:\s*\"doctor\.report/")
_NO_BUNDLE = frozenset({".log", ".txt", ".out", ".err", ".json", ".jsonl", ".csv", ".gz"})
WINDOW = 4  # batches under way for each worker: enough to keep it busy, few enough to hold in memory

Result = Report | Refused
Batch = tuple[Input, ...]


def judge(one: Input, suppression: Suppression = NOTHING_SUPPRESSED) -> Iterator[Result]:
    """The reports on everything in one input: one, or of an archive one a member."""
    try:
        if one.path == STDIN and one.content is None:
            import sys

            logs = read_stream("stdin", sys.stdin.buffer)
        elif one.content is not None:
            logs = read_stream(one.path, BytesIO(one.content))
        elif _is_bundle(one):
            from doctor.bundle.judging_again import judged_again

            yield from judged_again(Path(one.path), suppression)
            return
        elif _is_report(one):
            from doctor.bundle.judging_again import saved_reports

            yield from saved_reports(Path(one.path))
            return
        else:
            logs = read_logs(Path(one.path))
        for log in logs:
            report = triage(log, suppression)
            if report.when is None and one.modified is not None:
                when = datetime.fromtimestamp(one.modified, UTC).strftime("%Y-%m-%d %H:%M:%S")
                report = msgspec.structs.replace(report, when=when)
            yield report
    except CannotExamine as error:
        yield Refused(one.path, str(error))


def _is_report(one: Input) -> bool:
    """Whether it is a diagnosis that `-o json` wrote: its words of a log are none of a log."""
    if not one.size or not one.path.lower().endswith((".json", ".jsonl")):
        return False
    with suppress(OSError), Path(one.path).open("rb") as stream:
        return _REPORT.match(stream.read(100)) is not None
    return False


def _is_bundle(one: Input) -> bool:
    """Whether a file is a support bundle: its evidence says more than its logs."""
    if not one.size or os.path.splitext(one.path)[1].lower() in _NO_BUNDLE:  # noqa: PTH122 # of a million logs
        return False
    try:
        with open(one.path, "rb") as stream:  # noqa: PTH123
            return _BUNDLE in stream.read(_HEAD)
    except OSError:  # which whoever reads it tells
        return False


def judge_batch(batch: Batch, suppression: Suppression) -> list[Result]:
    """What a worker does; it and its arguments can be pickled."""
    return [result for one in batch for result in judge(one, suppression)]


@dataclass(frozen=True)
class Workers:
    """Where batches are judged.

    `start` makes an executor (and, when a pool of processes broke, another); `number` is how many workers it has;
    `remote` workers do not see this machine's files, so that contents are sent along. `owned` executors are shut down
    at the end.
    """

    start: Callable[[], Executor]
    number: int
    remote: bool = False
    owned: bool = True


def own_processes(number: int) -> Workers:
    """Processes of this machine."""

    def start() -> Executor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_all_start_methods, get_context

        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        return ProcessPoolExecutor(max_workers=number, mp_context=get_context(method))

    return Workers(start=start, number=number)


def given(executor: Executor, number: int, *, remote: bool = False) -> Workers:
    """An executor that somebody else made and will shut down: threads, processes, a cluster."""
    return Workers(start=lambda: executor, number=number, remote=remote, owned=False)


def triage_all(
    inputs: Iterable[Input | Refused],
    *,
    workers: Workers | Executor | None = None,
    suppression: Suppression = NOTHING_SUPPRESSED,
) -> Iterator[Result]:
    """Judge every input and yield what comes out as it comes; each input is accounted for once.

    `workers` may be any executor of `concurrent.futures`. Without workers it is done here, in order. A batch whose
    worker died is judged again, file by file; a file that takes its worker down a second time is told as refused.
    """
    if workers is None:
        for one in inputs:
            yield from (one,) if isinstance(one, Refused) else judge(one, suppression)
        return
    if isinstance(workers, Executor):
        workers = given(workers, UNKNOWN_WORKERS)
    yield from _Spread(workers, suppression).run(iter(inputs))


class _Spread:
    """Batches under way."""

    def __init__(self, workers: Workers, suppression: Suppression) -> None:
        self.workers = workers
        self.judge = partial(judge_batch, suppression=suppression)
        self.executor = workers.start()
        self.under_way: dict[Future[list[Result]], Batch] = {}
        self.lost: deque[Batch] = deque()

    def run(self, inputs: Iterator[Input | Refused]) -> Iterator[Result]:
        try:
            batches = _batches(inputs, self._ready)
            while True:
                for batch in islice(batches, self.workers.number * WINDOW - len(self.under_way)):
                    if isinstance(batch, Refused):
                        yield batch
                    else:
                        self._submit(batch)
                if not self.under_way and not self.lost:
                    return
                yield from self._finished()
                while self.lost:
                    yield from self._alone(self.lost.popleft())
        finally:
            for future in self.under_way:
                future.cancel()
            if self.workers.owned:
                self.executor.shutdown(wait=True, cancel_futures=True)

    def _ready(self, one: Input) -> Input:
        return content_of(one, LARGEST_SENT) if self.workers.remote else one

    def _submit(self, batch: Batch) -> None:
        try:
            self.under_way[self.executor.submit(self.judge, batch)] = batch
        except BrokenExecutor:
            self._broken(batch)

    def _finished(self) -> Iterator[Result]:
        done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
        for future in done:
            batch = self.under_way.pop(future, None)
            if batch is None:
                continue
            try:
                yield from future.result()
            except BrokenExecutor:
                self._broken(batch)
            except Exception:
                self.lost.append(batch)

    def _broken(self, batch: Batch) -> None:
        """A process died and took the pool along: everything under way has to be judged again."""
        self.lost.append(batch)
        self.lost += self.under_way.values()
        self.under_way.clear()
        if self.workers.owned:
            self.executor.shutdown(wait=False, cancel_futures=True)
            self.executor = self.workers.start()

    def _alone(self, batch: Batch) -> Iterator[Result]:
        """Judge the inputs of a lost batch one at a time, to know which of them takes its worker down."""
        for one in batch:
            try:
                yield from self.executor.submit(self.judge, (one,)).result()
            except Exception as error:
                if isinstance(error, BrokenExecutor) and self.workers.owned:
                    self.executor = self.workers.start()
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                yield Refused(one.path, f"{one.path} could not be judged, twice: {reason}; that is a bug in doctor")


def _batches(inputs: Iterator[Input | Refused], ready: Callable[[Input], Input]) -> Iterator[Batch | Refused]:
    """Small files together, so that sending them costs little beside reading them."""
    batch: list[Input] = []
    size = 0
    for one in inputs:
        if isinstance(one, Refused):
            yield one
            continue
        try:
            batch.append(ready(one))
        except CannotExamine as error:
            yield Refused(one.path, str(error))
            continue
        size += BATCH_BYTES if one.size is None else one.size
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)
