"""Images that hold one small program and nothing else: no shell, no Python, no library."""

import io
import platform
import struct
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import uuid4

import docker.errors
from docker.api.client import APIClient

Kind = Literal["waits", "ends"]

ADDRESS = 0x400000
START = 64 + 56  # behind the header of the file and the only one of a segment
# Machine of the ELF header, and code: pause() for ever, or exit(7).
CODE: dict[str, tuple[int, dict[Kind, bytes]]] = {
    "x86_64": (
        62,
        {
            "waits": bytes.fromhex("b822000000 0f05 ebf7"),  # mov eax, 34; syscall; jmp to the first
            "ends": bytes.fromhex("bf07000000 b83c000000 0f05"),  # mov edi, 7; mov eax, 60; syscall
        },
    ),
    "aarch64": (
        183,
        {
            # mov x0..x3, #0; mov x8, #73 (ppoll); svc #0; branch to the first
            "waits": struct.pack("<7I", *(0xD2800000 | n for n in range(4)), 0xD2800928, 0xD4000001, 0x17FFFFFA),
            "ends": struct.pack("<3I", 0xD28000E0, 0xD2800BA8, 0xD4000001),  # mov x0, #7; mov x8, #93; svc #0
        },
    ),
}


def program(kind: Kind) -> bytes:
    """An ELF file for this processor."""
    machine, codes = CODE[platform.machine()]
    code = codes[kind]
    size = START + len(code)
    header = struct.pack(
        "<16s2HI3QI6H", b"\x7fELF\x02\x01\x01", 2, machine, 1, ADDRESS + START, 64, 0, 0, 64, 56, 1, 64, 0, 0
    )
    return header + struct.pack("<2I6Q", 1, 5, 0, ADDRESS, ADDRESS, size, size, 0x1000) + code


@contextmanager
def import_tiny(api: APIClient, kind: Kind) -> Iterator[str]:
    """The tag of an image whose only file is `/serve`. It is removed at the end, so its containers have to be gone."""
    data, file = io.BytesIO(), program(kind)
    with tarfile.open(fileobj=data, mode="w") as archive:
        entry = tarfile.TarInfo("serve")
        entry.size, entry.mode = len(file), 0o755
        archive.addfile(entry, io.BytesIO(file))
    tag = f"doctor-test/tiny:{kind}-{uuid4().hex[:8]}"
    repository, _, version = tag.partition(":")
    api.import_image_from_data(data.getvalue(), repository=repository, tag=version)
    try:
        yield tag
    finally:
        try:
            api.remove_image(tag)
        except docker.errors.APIError:  # a container of a test that failed; it goes with that container's removal
            api.remove_image(tag, force=True)
