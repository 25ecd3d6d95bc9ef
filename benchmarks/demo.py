"""`make demo`: what a person sees for four broken services and a healthy one, and for logs alone."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TICKETS = ROOT / "tests" / "tickets"
TICKET = "sdk-error-plus-log-no-inference-schema"
SERVICES = ("model-not-global", "old-forest", "three-causes", "body-key-400", "healthy-sklearn")


def main() -> None:
    """Make the services' models in a copy, then check one after the other, as a person would type it."""
    sys.path.insert(0, str(ROOT / "sample-broken-services"))
    from sample_services import copy_all  # lies beside the services it knows

    with tempfile.TemporaryDirectory(prefix="doctor-demo-") as name:
        copy_all(Path(name), SERVICES)
        for service in SERVICES:
            print(f"\n$ cd {service} && doctor check score.py\n", flush=True)
            words = [sys.executable, "-m", "doctor", "check", "score.py"]
            done = subprocess.run(words, cwd=Path(name, service), check=False)
            print(f"\n(exit code {done.returncode})", flush=True)
    for words in (f"{TICKET}/log.txt", "--group port*/log.txt uvicorn*/log.txt healthy-torch*/log.txt"):
        print(f"\n$ doctor triage {words}\n", flush=True)
        done = subprocess.run([sys.executable, "-m", "doctor", "triage", *words.split()], cwd=TICKETS, check=False)
        print(f"\n(exit code {done.returncode})", flush=True)


if __name__ == "__main__":
    main()
