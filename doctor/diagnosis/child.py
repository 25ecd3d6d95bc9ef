"""The process that diagnoses: a call on standard input, news on standard output, a line each.

It ends with the diagnosis, when it is interrupted (and then tidies up first), and when standard input closes: whoever
asked is gone.
"""

import os
import signal
import sys
import time
import traceback
from typing import BinaryIO

import msgspec

from doctor import life_line
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Began, Failed, News, Secrets
from doctor.redact import redact_lines, remembered


def main() -> None:
    """Read one call, tell the news of it."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what code under examination prints must not stand among the news
    call = msgspec.json.decode(sys.stdin.buffer.readline(), type=Call)
    life_line.tie()
    answer = _answer(call, pipe)
    if values := remembered():
        _tell(pipe, Secrets(values=values))
    _tell(pipe, answer)


def _answer(call: Call, pipe: BinaryIO) -> News:
    from doctor.errors import CannotExamine, ConfigError

    began = time.perf_counter()
    try:
        from doctor.diagnosis.diagnosing import diagnose

        return diagnose(call, lambda what: _tell(pipe, Began(what=what, seconds=time.perf_counter() - began)))
    except KeyboardInterrupt:
        return Failed(why="cancelled", text="cancelled; nothing is left running")
    except CannotExamine as error:
        return Failed(why="target", text=redact_lines(str(error)))
    except ConfigError as error:
        return Failed(why="call", text=redact_lines(str(error)))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return Failed(why="doctor", text=redact_lines(text), trace=redact_lines(traceback.format_exc()))


def _tell(pipe: BinaryIO, news: News | Secrets) -> None:
    if isinstance(news, Began) and not news.what:
        return
    try:
        line = msgspec.json.encode(news)
    except (TypeError, ValueError) as error:  # no type of JSON, no character of UTF-8
        line = msgspec.json.encode(Failed(why="doctor", text=f"the evidence cannot be handed over: {error}"))
    try:
        pipe.write(line + b"\n")
        pipe.flush()
    except BrokenPipeError:
        os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
