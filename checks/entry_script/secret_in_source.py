"""A secret stands in the source.

What it finds
-------------
Keys, tokens, passwords and connection strings that are written out in the script, by their form or by the name that
they are assigned to. The value is never shown.

Why it breaks
-------------
Nothing breaks at once. The code folder is uploaded, versioned and readable to everybody with access to the workspace or
the image, and a key that is rotated stops the service until the script is deployed anew.

How to fix
----------
Read it from an environment variable of the deployment, or from a key vault with the endpoint's identity. Then rotate
it: it has been shared.

Learn more
----------
Source: product documentation on secret injection in online endpoints.
"""

import ast
from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.entry_script.imports import add_import, code_for
from checks.entry_script.module import Module
from checks.entry_script.scopes import in_main_guard
from checks.entry_script.secrets import masked, secret_in
from checks.entry_script.subject import entry_script
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Severity, Stage


@check(
    "entry-script.secret-in-source",
    needs=("tree",),
    stage=Stage.OPERATE,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    helpers=True,
)
def secret_in_source(evidence: Evidence) -> Iterator[Finding]:
    """Look at every text of the script, with the name that it is given."""
    script, module = entry_script(evidence)
    keys = {
        value: key.value
        for table in module.all(ast.Dict)
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    told: set[str] = set()
    for node in module.all(ast.Constant):
        if not isinstance(node.value, str) or len(node.value) < 6:
            continue
        name = _name(module, node, keys)
        found = secret_in(node.value, name)
        if found is None or found[1] in told or _is_talk(module, node):
            continue
        kind, secret = found
        told.add(secret)
        yield Finding(
            title=f"{kind} stands in the source",
            severity=Severity.INFO if in_main_guard(module, node) else None,
            evidence=(_quote(script, module, node, secret),),
            about=(f"line:{node.lineno}",),
            fixes=(
                Fix(
                    title=f"read it from the environment variable {_variable(name)}, and rotate it",
                    edits=_edits(script, module, node, name) if secret == node.value else (),
                ),
            ),
        )


def _quote(script: Script, module: Module, node: ast.Constant, secret: str) -> Quote:
    """The first line of the text without the secret; nothing of it when it spans lines."""
    quote = module.quote(script.path, node.lineno)
    shown = masked(quote.text, secret)
    if shown == quote.text:  # broken over lines, or written with escapes
        shown = quote.text.split("=")[0].split("(")[0].rstrip() + " ****"
    return msgspec.structs.replace(quote, text=shown, mark=None)


def _name(module: Module, node: ast.Constant, keys: dict[ast.expr, str]) -> str | None:
    """The name, attribute, key, keyword or parameter that the text is given to."""
    above = module.parent(node)
    match above:
        case ast.Assign(targets=[target, *_]) if above.value is node:
            return _target(target)
        case ast.AnnAssign(target=target) if above.value is node:
            return _target(target)
        case ast.keyword(arg=name):
            return name
        case ast.Dict():
            return keys.get(node)
        case ast.arguments():
            given = [*above.posonlyargs, *above.args][-len(above.defaults) :] if above.defaults else []
            return next((a.arg for a, d in zip(given, above.defaults, strict=True) if d is node), None)
    return None


def _target(target: ast.expr) -> str | None:
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    return None


def _is_talk(module: Module, node: ast.Constant) -> bool:
    above = module.parent(node)
    return isinstance(above, (ast.Expr, ast.Compare, ast.JoinedStr)) and not isinstance(above, ast.JoinedStr)


def _variable(name: str | None) -> str:
    words = "".join(c if c.isalnum() else "_" for c in name or "").upper().strip("_")
    return words or "SERVICE_SECRET"


def _edits(script: Script, module: Module, node: ast.Constant, name: str | None) -> tuple[Edit, ...]:
    environ, needs = code_for(module, "os.environ")
    imports = add_import(module, script.path, needs, "os") if needs else ()
    return (module.replace(script.path, node, f'{environ}["{_variable(name)}"]'), *imports)


_RUN = "def run(data): return 1\n"
_RANDOM = "q9Zr2Lm8Vb4" + "Xc7Nt1Ks6Dw3"  # put together, so that no scanner takes this file for a leak
CASES = (
    fires(
        f"API_KEY = '{_RANDOM}'\n" + _RUN,
        saw="****",
        line=1,
        fixed='import os\nAPI_KEY = os.environ["API_KEY"]\n' + _RUN,
    ),
    fires(f"URL = 'https://a.blob.core.windows.net/c?sv=1&sig={_RANDOM}%3D'\n" + _RUN, saw="shared access signature"),
    fires("DB = 'postgres://me:" + "hunter22@host/db'\n" + _RUN, saw="password in an address"),
    fires(f"def init():\n    connect(password='{_RANDOM[:9]}')\ndef connect(**k): ...\n" + _RUN, saw="a password"),
    fires(f"HEADERS = {{'Authorization': 'Bearer {_RANDOM}'}}\n" + _RUN, saw="bearer"),
    quiet("import os\nAPI_KEY = os.environ['API_KEY']\nPASSWORD = os.getenv('PASSWORD', '')\n" + _RUN),
    quiet("API_KEY = 'YOUR_API_KEY'\nSECRET = '<your-secret>'\nPASSWORD = None\n" + _RUN),
    quiet("SECRET_NAME = 'database-password'\nKEY = 'predictions'\nsecret_key = 'my-vault-secret-name'\n" + _RUN),
    quiet("TOKEN = '[CLS]'\ntokens = ['a', 'b']\npad_token = '<pad>'\nkey = 'feature_importance_2020'\n" + _RUN),
    quiet(
        "def run(data):\n    password = data['password']\n    return f'Bearer {password}' == 'Password=' + password\n"
    ),
    quiet("HASH = 'd41d8cd98f00b204e9800998ecf8427e'\nURL = 'https://host:8080/x'\n" + _RUN),
)
