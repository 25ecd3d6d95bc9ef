"""One line of a traceback that names a place in code, in the forms that Python, IPython and rich write it."""

import re

from checks.evidence import Frame

LONGEST = 4_000  # characters of one line that are looked at: a frame is never longer

_PLAIN = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:,? in (?P<function>\S.*?))?\s*$')
_NOTEBOOK = (
    re.compile(r"File (?P<path>[^\s\"]+?):(?P<line>\d+)(?:, in (?P<function>[^\s(]+).*)?$"),
    re.compile(r"(?P<path>(?:Cell|Input) In ?\[\d+\]),? (?:line (?P<line>\d+)|in (?P<function>[^\s(]+).*)$"),
    re.compile(r"(?P<path>[~/<][^\s\"]*|[A-Za-z]:\\[^\"]*?|\S+\.py) in (?P<function>[\w<>.]+)(?:\(.*)?$"),
)
_RICH = re.compile(r"\s*│\s+(?P<path>[^\s│][^│]*?):(?P<line>\d+) in (?P<function>[^\s│]+)\s*│?\s*$")

_FOREIGN = re.compile(
    r"site-packages[\\/]|dist-packages[\\/]|[\\/]lib(?:64)?[\\/]python\d|[\\/]python\d+\.zip"
    r"|^<(?!stdin>|ipython-input)|^/usr/(?:local/)?s?bin/|[\\/]envs[\\/][^\\/]+[\\/]bin[\\/]|[\\/](?:venv|\.venv)[\\/]bin[\\/]"
    r"|^/azureml-envs/|^/opt/(?:mini)?(?:conda|forge)\d?/|^/var/azureml-server/|/azureml-server/"
    r"|^/opt/tritonserver/backends/|\.zip[\\/]|\.egg[\\/]|\.p(?:yx|xi|xd)$|\.pxi\.in$"
    r"|(?i:^[a-z]:\\.*(?:python|conda)[^\\]*\\lib\\)"
)
"""Paths of the interpreter, of installed packages and of the inference servers."""

_DRIVER = re.compile(
    r"^/(?:var|structure)/azureml-app/(?:app|wsgi|create_app|aml_\w+|routes_\w+|timeout_exception|synchronous/\w+)\.py$"
)


def is_driver(frame: Frame) -> bool:
    """True for what the older SDK puts beside an entry script: the server, and the `main.py` around the script."""
    return "driver_module" in frame.code or _DRIVER.match(frame.path) is not None


def is_own(path: str) -> bool:
    """True for a file of the person's code: none of the interpreter, of a package or of the server."""
    return _FOREIGN.search(path) is None


def plain(text: str) -> Frame | None:
    """The frame of a line as Python's own traceback or faulthandler writes it."""
    if 'File "' not in text[:LONGEST]:
        return None
    return _frame(_PLAIN.match(text[:LONGEST]))


def notebook(text: str) -> Frame | None:
    """The frame of a line as IPython writes it; line 0 where an arrow in a later line tells it."""
    return next((frame for form in _NOTEBOOK if (frame := _frame(form.match(text[:LONGEST])))), None)


def boxed(text: str) -> Frame | None:
    """The frame of a line as rich writes it."""
    return _frame(_RICH.match(text[:LONGEST]))


def _frame(found: re.Match[str] | None) -> Frame | None:
    if found is None:
        return None
    path = found["path"]
    line = int(found["line"][:9]) if "line" in found.re.groupindex and found["line"] else 0
    function = found["function"] if "function" in found.re.groupindex and found["function"] else "<module>"
    return Frame(path=path, line=line, function=function, own=is_own(path))
