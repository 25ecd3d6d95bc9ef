"""What is promised about speed, as ratios measured side by side in one run: `make bench`.

`python -m benchmarks screens filtering` measures some of it.
"""

import sys
from importlib import import_module

from benchmarks.measure import show

ALL = (
    *("startup", "gate", "ranking", "reading", "logs", "containers", "cluster", "payloads", "screens", "filtering"),
    *("log_view", "container_log"),
)


def main(names: list[str]) -> None:
    """Run the benchmarks of these names, or every one, and print one line a promise."""
    if unknown := set(names) - set(ALL):
        sys.exit(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    for name in names or ALL:
        show(import_module(f"benchmarks.{name}").ratios())


if __name__ == "__main__":
    main(sys.argv[1:])
