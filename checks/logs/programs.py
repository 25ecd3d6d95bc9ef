"""Programs that a shell does not find: which one was meant."""

import difflib
from collections.abc import Mapping

from checks.logs.place import Place, Reader

USUAL = (
    *("python", "python3", "pip", "pip3", "conda", "bash", "sh", "gunicorn", "uvicorn", "hypercorn", "waitress-serve"),
    *(
        "azmlinfsrv",
        "mlflow",
        "torchserve",
        "tritonserver",
        "tensorflow_model_server",
        "flask",
        "fastapi",
        "supervisord",
    ),
    *("nginx", "runsvdir", "tini", "java", "node", "npm", "curl", "wget", "sleep", "export", "source", "exec"),
)
"""What start scripts of model services call."""


def meant(_: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    """`meant`: the program that the name resembles, as a sentence; left out where it resembles none, or is one."""
    name = fields["program"].rpartition("/")[2]
    close = difflib.get_close_matches(name, USUAL, n=1, cutoff=0.75)
    return {"meant": f" It resembles `{close[0]}`: a slip of the pen?"} if close and name not in USUAL else {}


READERS: dict[str, Reader] = {"meant": meant}
"""By the name that signatures use."""
