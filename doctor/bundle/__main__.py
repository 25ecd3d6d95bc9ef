"""Write a bundle in a process of its own: a result on standard input, the path as the only word.

Masking takes long and lets no other thread run; a screen stays alive beside this process. It says the number of masked
secrets, or, with the code 3, why nothing was written.
"""

import sys
from pathlib import Path

import msgspec

from doctor import life_line
from doctor.bundle.writing import write
from doctor.diagnosis.result import Done
from doctor.errors import CannotExamine


def main() -> int:
    """Write it."""
    life_line.heed()
    done = msgspec.json.decode(sys.stdin.buffer.read(), type=Done)
    try:
        sys.stdout.write(str(write(Path(sys.argv[1]), done)))
    except CannotExamine as error:
        sys.stdout.write(str(error))
        return 3
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
