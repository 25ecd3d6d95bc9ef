"""What a process of doctor's own that works beside another one begins with: it ends when nobody waits for it."""

import os
import signal
import threading


def heed() -> None:
    """Be interrupted by SIGINT, also where the shell that started everything in the background had it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def tie() -> None:
    """Be interrupted as well as soon as standard input closes: whoever asked is gone."""
    heed()
    threading.Thread(target=_until_left, daemon=True).start()


def _until_left() -> None:
    while os.read(0, 1):  # past sys.stdin, whose lock must be free when Python ends
        pass
    os.kill(os.getpid(), signal.SIGINT)
