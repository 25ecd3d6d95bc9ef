"""What is promised about speed, as ratios measured side by side in one run: `make bench`."""

from benchmarks import (
    cluster,
    container_log,
    containers,
    filtering,
    gate,
    log_view,
    logs,
    payloads,
    ranking,
    reading,
    screens,
    startup,
)
from benchmarks.measure import Ratio


def main() -> None:
    """Run every benchmark and print one line a promise."""
    ratios: list[Ratio] = [*startup.ratios(), *gate.ratios(), *ranking.ratios(), *reading.ratios(), *logs.ratios()]
    ratios += [*containers.ratios(), *cluster.ratios(), *payloads.ratios(), *screens.ratios(), *filtering.ratios()]
    ratios += [*log_view.ratios(), *container_log.ratios()]
    print(f"{'what':58} {'measured':>26}  {'promised':>18}")
    for ratio in ratios:
        print(f"{ratio.what:58} {ratio.measured:>26}  {ratio.promised:>18}  {'met' if ratio.met else 'MISSED'}")


if __name__ == "__main__":
    main()
