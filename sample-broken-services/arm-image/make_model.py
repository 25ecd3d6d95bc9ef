"""Writes the program of the image: an ELF file for arm64 that ends at once. It takes no compiler for that processor."""

import struct
import sys
from pathlib import Path

ADDRESS = 0x400000
CODE = struct.pack("<3I", 0xD2800BA8, 0xD2800000, 0xD4000001)  # mov x8, #93 (exit); mov x0, #0; svc #0
START = 64 + 56  # after the header of the file and the only one of a segment
SIZE = START + len(CODE)
HEADER = struct.pack(
    "<16s2HI3QI6H", b"\x7fELF\x02\x01\x01", 2, 183, 1, ADDRESS + START, 64, 0, 0, 64, 56, 1, 64, 0, 0
)  # 183 is EM_AARCH64
SEGMENT = struct.pack("<2I6Q", 1, 5, 0, ADDRESS, ADDRESS, SIZE, SIZE, 0x1000)

program = Path(sys.argv[1]).with_name("server")
program.write_bytes(HEADER + SEGMENT + CODE)
program.chmod(0o755)
