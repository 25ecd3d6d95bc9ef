"""The entry script imports relative to a package that it is not part of.

What it finds
-------------
`from .helpers import x` and `from . import helpers` in the entry script itself.

Why it breaks
-------------
The server loads the script as a single file, not as part of a package: "ImportError: attempted relative import with no
known parent package". The worker exits with code 3, and the container restarts.

How to fix
----------
Import absolutely: modules beside the script are found when the script stands in the root of the code folder. Inside
one's own packages relative imports are fine.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: `spec_from_file_location("entry_module", path)`.
"""

import ast
import re
from collections.abc import Iterator

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.contract import is_batch
from checks.entry_script.module import Module, is_main_guard
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, SourceTree
from checks.finding import Confidence, Edit, Finding, Fix, Safety, Stage


@check(
    "entry-script.relative-import",
    needs=("tree",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=("runtime.import-raised", "runtime.init-raised", "runtime.run-raised"),
)
def relative_import(evidence: Evidence) -> Iterator[Finding]:
    """Look for imports that begin with a dot."""
    script_, module = entry_script(evidence)
    found = [node for node in module.all(ast.ImportFrom) if node.level and not _spared(module, node)]
    if not found or is_batch(module):  # the driver of parallel jobs imports scripts in ways of its own
        return
    first = found[0]
    function = module.function_of(first)
    phase = "import" if function is None else "init" if function.name == "init" else "run"
    edits = [edit for node in found if (edit := _absolute(module, script_.path, node))]
    beside = _beside(evidence, found)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    shown = f"from {'.' * first.level}{first.module or ''} import"
    yield Finding(
        title=f"`{shown} …` is a relative import, the script is in no package{more}"[:90],
        evidence=tuple(module.quote(script_.path, node) for node in found[:3]),
        stage=Stage.LOAD if phase == "import" else Stage.RUN,
        about=(
            "exception:ImportError",
            f"phase:{phase}",
            *(f"line:{node.lineno}" for node in found),
            *(f"module:{name}" for node in found for name in _names(node)),
        ),
        fixes=(
            Fix(
                title="drop the dots: the modules stand beside the script" if beside else "import absolutely",
                safety=Safety.SAFE if beside and len(edits) == len(found) else Safety.REVIEW,
                edits=tuple(edits) if len(edits) == len(found) else (),
            ),
        ),
    )


def _spared(module: Module, node: ast.ImportFrom) -> bool:
    """True under a `try` that catches the failure, under a main guard, and where only type checkers look."""
    below: ast.AST = node
    for above in module.parents(node):
        if is_main_guard(above) or (isinstance(above, ast.If) and "TYPE_CHECKING" in ast.unparse(above.test)):
            return True
        if isinstance(above, ast.Try) and above.handlers and below in [*above.body, *above.handlers]:
            return True
        below = above
    return False


def _names(node: ast.ImportFrom) -> list[str]:
    return [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]


def _beside(evidence: Evidence, found: list[ast.ImportFrom]) -> bool:
    """True when every module that is imported is a file or folder beside the script."""
    tree = evidence.source
    if not isinstance(tree, SourceTree) or any(node.level > 1 for node in found):
        return False
    names = {name for node in found for name in _names(node)}
    there = {file.split("/")[0].removesuffix(".py") for file in tree.files}
    return names <= there


def _absolute(module: Module, path: str, node: ast.ImportFrom) -> Edit | None:
    """`from .a import b` without the dot; `from . import a` as `import a`."""
    line = module.line(node.lineno)
    column = module.column(node.lineno, node.col_offset)
    if node.level > 1:
        return None
    if node.module:
        dots = re.compile(r"from[ \t]*(\.)[ \t]*").match(line, column)
        if not dots:
            return None
        return Edit(
            path=path,
            start_line=node.lineno,
            start_column=dots.start(1),
            end_line=node.lineno,
            end_column=dots.end(1),
            replacement="" if line[dots.start(1) - 1].isspace() else " ",
        )
    names = ", ".join(f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in node.names)
    return module.replace(path, node, f"import {names}")


CASES = (
    fires(
        script("import os\nfrom .helpers import clean\n", beside=("helpers.py",)),
        line=2,
        fixed="import os\nfrom helpers import clean\n",
        saw="from .helpers import",
    ),
    fires(script("from . import a, b as c\n", beside=("a.py", "b/__init__.py")), fixed="import a, b as c\n"),
    fires(script("from .a.b import (\n    c,\n)\n", beside=("a/b.py",)), fixed="from a.b import (\n    c,\n)\n"),
    fires("def init():\n    from ..lib import x\n", line=2, saw="..lib"),
    fires("from .a import b\nfrom .c import d\n", findings=1, fixed="from a import b\nfrom c import d\n"),
    quiet("from .a import b\ndef init(): ...\ndef run(data, mini_batch_context): return [b]\n", name="a parallel job"),
    quiet("from helpers import clean\nimport package.sub\n"),
    quiet("try:\n    from .helpers import clean\nexcept ImportError:\n    from helpers import clean\n"),
    quiet("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .types import Row\n"),
    quiet("try:\n    import helpers\nexcept ImportError:\n    from . import helpers\n"),
)
