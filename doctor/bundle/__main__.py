"""Write a bundle in a process of its own: a result on standard input, a line of JSON, behind which it stays open.

Words are the path, and `new` not to replace a file.

Masking takes long and lets no other thread run; a screen stays alive beside this process. It says what it does, and at
last what was written, a line of JSON each, or, with the code 3, why nothing was.
"""

import signal
import sys
from pathlib import Path

import msgspec

from doctor import life_line
from doctor.bundle.form import Written
from doctor.bundle.writing import write
from doctor.diagnosis.result import Done
from doctor.errors import CannotExamine


def main() -> int:
    """Write it."""
    life_line.heed()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    done = msgspec.json.decode(sys.stdin.buffer.readline(), type=Done)
    life_line.tie()
    try:
        _tell(write(Path(sys.argv[1]), done, replaces="new" not in sys.argv[2:], listen=_tell))
    except CannotExamine as error:
        _tell(str(error))
        return 3
    except (KeyboardInterrupt, BrokenPipeError):  # nobody waits for it
        return 130
    return 0


def _tell(what: str | Written) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
