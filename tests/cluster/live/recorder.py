"""Record what an API server answers of a broken service, in the layout of the recordings that the replay serves.

    DOCTOR_TEST_KUBECONFIG=FILE python tests/cluster/live/recorder.py FOLDER [WAY...] [--seconds N]

breaks a service in each of the ways (all when none is named), waits N more seconds, and writes a folder for each:
`pods.json`, `events.json`, ... (lists that are not empty, without managedFields), `log.<pod>.<container>.current.txt`
and `.previous.txt` with times, and `truth.json`; `nodes.json` beside them. Secrets are recorded without their values.
"""

import argparse
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))

from cluster.live.breaking import Interrupted, NotBroken, break_service, logs, namespace_for, remove_all  # noqa: E402
from cluster.live.real_cluster import PATHS, Cluster, Refused  # noqa: E402
from cluster.live.settings import AT_ONCE, IMAGE, name_of_run  # noqa: E402
from cluster.live.ways import Way, all_ways  # noqa: E402

FILES = {path.rsplit("/", 1)[-1]: path for kind, path in PATHS.items() if "{}" in path}
OF_THE_CLUSTER = {
    "storageclasses": "/apis/storage.k8s.io/v1/storageclasses",
    "ingressclasses": "/apis/networking.k8s.io/v1/ingressclasses",
}
OF_THE_MACHINE = ("machineID", "systemUUID", "bootID", "kernelVersion")


def record(cluster: Cluster, namespace: str, folder: Path) -> None:
    """Write what is there of a namespace now. Raises Refused."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in {**FILES, **OF_THE_CLUSTER}.items():
        answer = _answer(cluster, path.format(namespace))
        if answer and answer["items"]:
            _write(folder / f"{name}.json", answer)
    for pod, container, which, text in logs(cluster, namespace):
        if text:
            (folder / f"log.{pod}.{container}.{which}.txt").write_text(text, encoding="utf-8")


def record_nodes(cluster: Cluster, folder: Path) -> None:
    """Write the nodes, without what tells which machine they are."""
    answer = cluster.get("/api/v1/nodes")
    for node in answer["items"]:
        node["status"].pop("images", None)
        node["status"]["nodeInfo"].update(dict.fromkeys(OF_THE_MACHINE, "unknown"))
    _write(folder / "nodes.json", answer)


def _answer(cluster: Cluster, path: str) -> dict[str, Any] | None:
    try:
        return cluster.get(path)
    except Refused as refused:
        if refused.status != 404:
            raise
        return None


def _write(path: Path, answer: dict[str, Any]) -> None:
    for thing in answer["items"]:
        thing["metadata"].pop("managedFields", None)
        if path.name == "secrets.json":
            thing["data"] = dict.fromkeys(thing.get("data") or {}, "")
            thing["metadata"].pop("annotations", None)
    path.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


def main(words: list[str]) -> int:
    """Record the ways that are named."""
    ways = {way.name: way for way in all_ways()}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("ways", nargs="*", metavar="WAY", choices=[[], *ways])
    parser.add_argument("--seconds", type=float, default=60, help="how long it stays broken before it is recorded")
    given = parser.parse_args(words)
    cluster, run, stop = Cluster(Path(os.environ["DOCTOR_TEST_KUBECONFIG"])), name_of_run(), threading.Event()
    chosen = [ways[name] for name in given.ways or ways]
    served = [way for way in chosen if cluster.minor >= way.since_minor]

    def one(way: Way) -> str:
        try:
            with namespace_for(cluster, way, run) as namespace:
                break_service(cluster, way, namespace, IMAGE, stop)
                if stop.wait(given.seconds):
                    raise Interrupted(namespace)
                record(cluster, namespace, given.folder / way.name)
        except (NotBroken, Refused, Interrupted) as reason:
            return f"{way.name}: {type(reason).__name__} {reason}"
        _write_truth(way, given.folder / way.name)
        return way.name

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for line in pool.map(one, served):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
        given.folder.mkdir(parents=True, exist_ok=True)
        record_nodes(cluster, given.folder)
    finally:
        stop.set()
        remove_all(cluster, run)
        cluster.close()
    return 0


def _write_truth(way: Way, folder: Path) -> None:
    (folder / "truth.json").write_text(json.dumps(way.truth(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
