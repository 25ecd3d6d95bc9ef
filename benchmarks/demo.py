"""`make demo`: what a person sees for three broken services and a healthy one."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVICES = ("model-not-global", "old-forest", "three-causes", "healthy-sklearn")


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


if __name__ == "__main__":
    main()
