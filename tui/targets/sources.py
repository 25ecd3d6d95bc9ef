"""The sources of the list, and when they are asked: all once the screen is drawn, and again while it is in front."""

from functools import partial
from typing import TYPE_CHECKING

from tui.beside import beside
from tui.targets import collecting
from tui.targets.clusters import Clusters

if TYPE_CHECKING:
    from tui.beside import Job
    from tui.targets.screen import TargetsScreen

FIRST_PAINT = 0.05  # seconds left to the terminal before anybody is asked: loading clients keeps the screen from it


class Sources:
    """Folder, recent targets, engine and clusters, each asked beside the screen; what they answer is `put` there."""

    def __init__(self, screen: "TargetsScreen") -> None:
        self.clusters = Clusters(screen.put, screen.doctor.clusters)
        self._engines = collecting.Engines()
        self._screen = screen
        self._has_looked = False

    def begin(self) -> None:
        """Ask what tells by itself from now on: engine and clusters."""
        self._screen.set_timer(FIRST_PAINT, self._begin)

    def resume(self) -> None:
        """Somebody looks: ask again, and go on asking."""
        self.clusters.look(looked_at=True)
        self._screen.set_timer(FIRST_PAINT, self._look_here)

    def suspend(self) -> None:
        """Behind another screen nobody is asked."""
        self.clusters.look(looked_at=False)

    def anew(self) -> None:
        """Read everything anew that does not tell by itself."""
        self._look_here()
        self._engines.hurry()
        self._work(self.clusters.read, "clusters", "read the kubeconfig")

    def recent(self) -> None:
        """Read the recent targets again."""
        job = partial(collecting.recents, self._screen.doctor.folder, self._screen.put)
        self._work(job, "recent", "read the recent targets")

    def close(self) -> None:
        """The end."""
        self.clusters.close()

    def _begin(self) -> None:
        self._work(partial(self._engines.follow, self._screen.put), "containers", "follow the containers")
        self._work(self.clusters.read, "clusters", "read the kubeconfig")

    def _look_here(self) -> None:
        folder, put = self._screen.doctor.folder, self._screen.put
        self.recent()
        found = partial(collecting.files, folder, put, anew=self._has_looked)
        self._work(found, "files", "look through the folder")
        self._has_looked = True

    def _work(self, job: "Job", group: str, what: str) -> None:
        beside(self._screen, job, what=what, group=group)
