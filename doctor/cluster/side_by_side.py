"""Several requests at the same time, in threads that never hold up the end: after Ctrl-C nobody waits for them."""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], at_once: int) -> list[Result]:
    """The results of `work`, in the order of the items. The first exception is raised, and what has not begun is left.

    Threads of the standard pool are joined when the interpreter ends, however long a server takes; these are not.
    """
    waiting: SimpleQueue[tuple[int, Item]] = SimpleQueue()
    done: SimpleQueue[tuple[int, Result | None, BaseException | None]] = SimpleQueue()
    stopped = threading.Event()
    for pair in enumerate(items):
        waiting.put(pair)

    def run() -> None:
        while not stopped.is_set():
            try:
                index, item = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((index, work(item), None))
            except BaseException as error:  # raised where the results are awaited
                done.put((index, None, error))

    for number in range(min(at_once, len(items))):
        threading.Thread(target=run, daemon=True, name=f"side-by-side-{number}").start()
    found: dict[int, Result] = {}
    try:
        while len(found) < len(items):
            index, result, error = done.get()
            if error is not None:
                raise error
            found[index] = result  # type: ignore[assignment]
    finally:
        stopped.set()
    return [found[index] for index in range(len(items))]
