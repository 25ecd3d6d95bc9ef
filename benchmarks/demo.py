"""`make demo`: what a person sees for three broken services and a healthy one."""

import subprocess
import sys
from pathlib import Path

SERVICES = ("nested-run", "minus-look-alike", "three-faults", "healthy-sklearn")


def main() -> None:
    """Check the services one after the other, as a person would type it."""
    root = Path(__file__).parents[1]
    for service in SERVICES:
        path = f"sample-broken-services/{service}"
        print(f"\n$ doctor check {path}\n", flush=True)
        done = subprocess.run([sys.executable, "-m", "doctor", "check", path], cwd=root, check=False)
        print(f"\n(exit code {done.returncode})", flush=True)


if __name__ == "__main__":
    main()
