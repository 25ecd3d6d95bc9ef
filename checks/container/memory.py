"""What the container's processes hold in memory, and how many workers there are to hold it."""

import re
from dataclasses import dataclass

from checks.containers import Container, Inside, ProcessInside
from checks.evidence import Evidence, Missing, ModelFolder, Probe
from checks.finding import Quote

_OPTION = re.compile(r"(?:^|\s)(?:-w|--workers|--worker_count|--worker-count)[ =](?P<count>\d+)")
_WORKER = re.compile(r"gunicorn|azmlinfsrv|azureml_inference_server_http|uvicorn|waitress|hypercorn")


@dataclass(frozen=True)
class Workers:
    """How many workers are started, and what says so."""

    count: int
    quote: Quote


def limit_of(container: Container, inside: Inside | Missing) -> int | None:
    """The memory limit in bytes, None where there is none. A limit above a petabyte is how cgroups write none."""
    measured = inside.memory.limit if isinstance(inside, Inside) else None
    found = container.limits.memory or measured
    return found if found and found < 2**50 else None


def workers_of(container: Container) -> Workers | None:
    """The number of workers that command or variables ask for; None where nothing does.

    Source: gunicorn 23, settings `workers` (WEB_CONCURRENCY) and GUNICORN_CMD_ARGS; azureml-inference-server-http
    1.5.1, WORKER_COUNT.
    """
    words = " ".join(container.command)
    if said := _OPTION.search(words):
        return Workers(int(said["count"]), Quote(source="command", text=words[-200:]))
    for name in ("WORKER_COUNT", "WEB_CONCURRENCY"):
        value = container.environment.get(name, "")
        if value.isdigit():
            return Workers(int(value), Quote(source="container", text=f"{name}={value}"))
    arguments = container.environment.get("GUNICORN_CMD_ARGS", "")
    if said := _OPTION.search(arguments):
        return Workers(int(said["count"]), Quote(source="container", text=f"GUNICORN_CMD_ARGS={arguments[:120]}"))
    return None


def preloads(container: Container) -> bool:
    """True when the model is loaded once, before the workers are forked: they share its pages at first."""
    words = f"{' '.join(container.command)} {container.environment.get('GUNICORN_CMD_ARGS', '')}"
    return "--preload" in words or container.environment.get("WORKER_PRELOAD", "").lower() == "true"


def worker_processes(inside: Inside | Missing) -> tuple[ProcessInside, ...]:
    """Processes that look like workers: several of one command, children of one parent of the same command."""
    if isinstance(inside, Missing) or isinstance(inside.processes, Missing):
        return ()
    servers = {p.pid: p for p in inside.processes if _WORKER.search(p.command)}
    return tuple(p for p in servers.values() if p.parent in servers)


def one_worker(evidence: Evidence) -> tuple[int, Quote] | None:
    """Bytes that one worker holds and how that is known: measured, rehearsed, or at least the model's size on disk."""
    inside = evidence.inside
    sizes = [p.memory for p in worker_processes(inside) if p.memory]
    if sizes:
        most = max(sizes)
        return most, Quote(source="processes", text=f"the largest worker holds {_mb(most)}")
    if isinstance(evidence.probe, Probe) and evidence.probe.peak_memory:
        peak = evidence.probe.peak_memory
        return peak, Quote(source="probe", text=f"the rehearsal held {_mb(peak)} at its peak")
    if isinstance(evidence.models, ModelFolder):
        size = sum(file.size for file in evidence.models.files)
        if size:
            return size, Quote(
                source=evidence.models.path, text=f"the model files have {_mb(size)}, loaded by each worker"
            )
    return None


def _mb(size: int) -> str:
    return f"{size / 10**9:.2f} GB" if size >= 10**9 else f"{size / 10**6:.0f} MB"
