"""Whether a line of Python writes: the one question that tells a folder that is not there from a file that is not."""

import re

# A file opened to be written: `open(p, "w")`, `p.open(mode="ab")`. Mode `r+` wants the file to be there.
_MODE = re.compile(
    r"""open\([^\n]*?(?:,\s*|mode\s*=\s*|\.open\(\s*)[rbuf]*["'](?=[rbtwax+]{1,4}(?::\w*)?["'])[bt]*[wax]"""
)
# Calls that make a file or folder, in the person's own line and in the lines of the libraries below it.
_CALL = re.compile(
    r"\b(?:makedirs|mkdir|mkstemp|mkdtemp|NamedTemporaryFile|write_text|write_bytes|touch|savez?(?:_compressed|txt)?|"
    r"save_model|save_pretrained|save_weights|savefig|imwrite|imsave|dump|to_(?:csv|json|parquet|pickle|excel|feather|"
    r"hdf|html|netcdf)|copy2?|copyfile|copytree|copyfileobj|write_table|FileHandler|RotatingFileHandler|"
    r"TimedRotatingFileHandler|WatchedFileHandler)\s*\("
)
_READS = re.compile(
    r"\b(?:loads?|load_\w+|read_\w+|read|from_pretrained|imread|fromfile|loadtxt|genfromtxt)\s*\("
    r"""|\bopen\(\s*[^,()]*(?:\([^()]*\)[^,()]*)*(?:,\s*["']r[bt]?["'])?\s*\)"""
)
# Functions of the standard library that are on the stack only while something is written.
_FUNCTIONS = {
    ("os.py", "makedirs"), ("pathlib.py", "mkdir"), ("pathlib.py", "write_text"), ("pathlib.py", "write_bytes"),
    ("pathlib.py", "touch"), ("__init__.py", "_open"), ("handlers.py", "__init__"), ("handlers.py", "_open"),
    ("config.py", "configure_handler"), ("config.py", "dictConfig"), ("config.py", "fileConfig"),
}  # fmt: skip


def line_writes(code: str) -> bool:
    """True when a line opens a file to write, or makes a file or folder, and reads none besides."""
    return bool(_MODE.search(code) or (_CALL.search(code) and not _READS.search(code)))


def stack_writes(path: str, function: str) -> bool:
    """True when this function of the standard library, on the way to the exception, shows that something is written."""
    parts = path.replace("\\", "/").split("/")
    if (parts[-1], function) not in _FUNCTIONS:
        return False
    return not parts[-1].startswith(("__init__", "handlers", "config")) or "logging" in parts[-2:-1]
