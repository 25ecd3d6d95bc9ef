"""What a command loads: the gate never pays for screens and cluster clients, and `--version` pays for nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    *("textual", "kubernetes", "docker", "httpx", "requests", "jsonschema", "numpy", "tui"),
    *("ruamel", "hypothesis", "openapi_spec_validator", "jsonschema_rs"),
)
GOOD = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"


def loaded(*words: str, cwd: Path) -> set[str]:
    """Top-level modules in sys.modules after a command ended."""
    code = (
        "import sys, atexit; sys.argv = ['doctor', *sys.argv[1:]]\n"
        "atexit.register(lambda: print(' '.join({n.split('.')[0] for n in sys.modules}), file=sys.stderr))\n"
        "import doctor.__main__ as m; m.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.strip().splitlines()[-1].split())


@pytest.mark.parametrize("words", [("check", "score.py"), ("check", "score.py", "--no-run", "-o", "json")])
def test_check_loads_nothing_heavy(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "score.py").write_text(GOOD)
    assert not loaded(*words, cwd=tmp_path) & set(HEAVY)


def test_a_machine_format_does_without_rich(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(GOOD)
    assert "rich" not in loaded("check", "score.py", "-o", "json", cwd=tmp_path)


def test_version_loads_next_to_nothing(tmp_path: Path) -> None:
    assert not loaded("--version", cwd=tmp_path) & {"click", "msgspec", "rich", "argparse", "checks"}


def test_what_a_person_asks_of_the_screens_verb_loads_no_screen(tmp_path: Path) -> None:
    assert "textual" not in loaded("tui", "--help", cwd=tmp_path)


def test_the_first_screen_loads_no_client_and_no_check(tmp_path: Path) -> None:
    code = "import sys, tui.app, tui.targets.screen; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    names = done.stdout.split()
    assert not {name.split(".")[0] for name in names} & (set(HEAVY) - {"textual", "tui"})
    assert not [name for name in names if name.startswith("checks.") and name.count(".") > 1 and "registry" in name]
