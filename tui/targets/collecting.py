"""Rows of recent targets, of the folder and of the engine, each read beside the screen and beside the others."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.errors import DoctorError
from tui.targets.recent_rows import OF_FILES, recent_sections
from tui.targets.rows import Row, Section
from tui.targets.source_rows import container_section, file_row, file_sections
from tui.threads import in_thread, latest_told, streamed
from tui.waiting import telling

if TYPE_CHECKING:
    from doctor.containers.states import Following, Told

Put = Callable[[str, Section], None]


async def recents(folder: Path, put: Put) -> None:
    """The last calls."""

    def read() -> tuple[Section, Section]:
        from doctor.recent import recents as kept

        found = kept()
        names = (one.call.name for one in found.items if one.call.kind in OF_FILES)
        return recent_sections(found, folder, frozenset(name for name in names if not Path(name).exists()))

    here, elsewhere = await in_thread(read)
    put("recent", here)
    put("elsewhere", elsewhere)


async def files(folder: Path, put: Put, *, anew: bool) -> None:
    """What lies in the folder, as it is found; `anew`: what was found before stays until all is read."""
    from doctor.discovery import Discovery

    look = Discovery(folder)
    rows: list[Row] = []
    try:
        async for batch in streamed(file_row(one, folder) for one in look):
            rows += batch
            if not anew:
                _put_files(put, rows, folder, "looking ...")
    except DoctorError as error:
        _put_files(put, rows, folder, "", str(error))
        return
    _put_files(put, rows, folder, look.limit)


def _put_files(put: Put, rows: list[Row], folder: Path, note: str, problem: str = "") -> None:
    checked, saved = file_sections(rows, folder, note, problem)
    put("files", checked)
    put("saved", saved)


class Engines:
    """The containers of the engine, followed for as long as the screen lives."""

    def __init__(self) -> None:
        self._following: Following | None = None

    async def follow(self, put: Put) -> None:
        """Go on until cancelled."""
        put("containers", container_section(None))
        await in_thread(_load_engine)

        def begin(tell: "Callable[[Told], None]") -> Callable[[], None]:
            from doctor.containers.states import Following

            self._following = Following(tell)
            return self._following.run

        def waits(seconds: float) -> None:
            put("containers", container_section(None, seconds))

        news = latest_told(begin)
        try:
            first = await telling(anext(news), waits)
            put("containers", container_section(first))
            async for one in news:
                put("containers", container_section(one))
        except StopAsyncIteration:
            return
        finally:
            if self._following is not None:
                self._following.close()

    def hurry(self) -> None:
        """Look for the engine now."""
        if self._following is not None:
            self._following.hurry()


def _load_engine() -> None:
    """The engine's library takes its time; nobody shall wait for it."""
    import_module("doctor.containers.states")
