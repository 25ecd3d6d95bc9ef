"""Work that may wait for long, in threads that nobody waits for when the app ends: an engine may hang for minutes."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_SECONDS = 0.1


async def in_thread(work: Callable[[], Result], seconds: float | None = None) -> Result:
    """What `work` returns or raises, from a thread of its own. Raises TimeoutError after `seconds`.

    A thread cannot be ended: one that hangs is left behind, and ends with the process at the latest.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the app has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True, name="doctor tui").start()
    return await asyncio.wait_for(future, seconds)


async def streamed(items: Iterable[Item]) -> AsyncIterator[list[Item]]:
    """The items in batches, as a thread gives them. What the iteration raises is raised here."""
    held: list[Item] = []
    lock, ended = threading.Lock(), threading.Event()

    def run() -> None:
        try:
            for item in items:
                with lock:
                    held.append(item)
                if ended.is_set():
                    return
        finally:
            ended.set()

    done = asyncio.ensure_future(in_thread(run))
    try:
        while not done.done():
            await asyncio.wait([done], timeout=BATCH_SECONDS)
            with lock:
                batch, held[:] = held[:], []
            if batch:
                yield batch
        if held:
            yield held
        await done
    finally:
        ended.set()
        done.cancel()


async def latest_told(begin: Callable[[Callable[[Item], None]], Callable[[], None]]) -> AsyncIterator[Item]:
    """What a thread tells, the latest only where several things were told meanwhile.

    `begin(tell)` gives the function that the thread runs; an exception of it is raised here.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Item | None] = asyncio.Queue()

    def tell(news: Item | None) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(queue.put_nowait, news)

    run = begin(tell)
    done = asyncio.ensure_future(in_thread(run))
    done.add_done_callback(lambda _: queue.put_nowait(None))
    try:
        while (news := await queue.get()) is not None:
            while not queue.empty() and (later := queue.get_nowait()) is not None:
                news = later
            yield news
        await done
    finally:
        done.cancel()
