"""Writes README.md: what each service shows, and what doctor says of it.

    python sample-broken-services/make_readme.py [--containers]

runs doctor on all of them (about a minute) and replaces the file; with --containers it only replaces what stands before
the table of scripts, which takes no run. A test holds the file against the same runs.
"""

import contextlib
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sample_services import HERE, ContainerService, Service, container_services, copy_all, services

from doctor.engine import Examination, Options, examine

INTRODUCTION = """# Services that break in one way

Each folder is a small service as people write them: entry script, model, one request, environment file. `case.toml`
names what a person sees, the cause that must rank first, and how the real server is made to show it. Models that need
no history are made with the packages installed here:

```
python sample-broken-services/sample_services.py
doctor check sample-broken-services/model-not-global/score.py
```

## As containers

A folder with a `Dockerfile` and a `container.toml` breaks as a container; the latter says how it is started, what
docker shows, and the cause that must rank first. Build and start one, and ask doctor:

```
docker build -t port-8080 sample-broken-services/port-8080
docker run -d --name port-8080 -p 5001:5001 port-8080
doctor diagnose docker port-8080
```

The tests hold the symptoms against a real engine and the causes against doctor (`tests/docker/README.md`). The layout
is that of today's images, or the old one, with `main.py` beside the script and gunicorn under a supervisor.

| container | layout | symptom | cause |
| --- | --- | --- | --- |
"""

SERVICES = """
## As scripts

This table is made by `python sample-broken-services/make_readme.py`. The symptoms are proved against
azureml-inference-server-http (`tests/test_samples_on_server.py`), the causes against doctor (`tests/test_samples.py`).

| service | symptom | cause | what doctor says |
| --- | --- | --- | --- |
"""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def container_row(service: ContainerService) -> str:
    """One line of the table of containers."""
    cause = f"`{service.cause}`" if service.cause else "none"
    return _line((f"[{service.name}]({service.name})", service.layout, service.symptom, cause))


HEAD = "".join([INTRODUCTION, *(container_row(service) for service in container_services()), SERVICES])


def options(service: Service) -> Options:
    """What a person would pass to `doctor check` for this service."""
    check = service.check
    return Options(
        samples=(service.sample,),
        model_dir=service.model_folder if service.model_folder.exists() else None,
        environment=service.folder / check["env"] if "env" in check else None,
        timeout=float(check.get("timeout", 60)),
        memory_limit=service.memory,
    )


def says(found: Examination) -> str:
    """The first line of the answer, without durations, which differ from run to run."""
    if found.report.causes:
        return re.sub(r"\d+(\.\d+)? s\b", "N s", found.report.causes[0].title)
    warnings = [finding.title for finding in found.report.findings if finding.gravity == "warning"]
    return f"no cause found; {warnings[0]}" if warnings else "no problem found"


def row(service: Service, answer: str) -> str:
    """One line of the table."""
    causes = [f"`{name}`" for name in (service.cause, *service.then) if name]
    cells = (f"[{service.name}]({service.name})", service.symptom, ", then ".join(causes) or "none", answer)
    return _line(cells)


def main() -> None:
    """Examine all services in a copy and write README.md."""
    readme = HERE / "README.md"
    if sys.argv[1:] == ["--containers"]:
        last = SERVICES.splitlines()[-1]
        rows = [readme.read_text(encoding="utf-8").rpartition(f"{last}\n")[2]]
    else:
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            copy_all(root)
            with contextlib.chdir(root):
                rows = [row(service, says(examine(service.script, options(service)))) for service in services(Path())]
    readme.write_text("".join([HEAD, *rows]), encoding="utf-8")


if __name__ == "__main__":
    main()
