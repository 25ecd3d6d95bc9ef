"""The `doctor` command. `--version` is answered before anything is imported, since pipelines ask it first."""

import sys

GARBAGE = 50_000
"""New objects after which garbage is looked for. What is loaded stays: looking through it takes a tenth of a start."""


def main() -> None:
    """Entry point of the console script."""
    if sys.argv[1:] == ["--version"]:
        from doctor import __version__

        sys.stdout.write(f"doctor {__version__}\n")
        return
    import gc

    gc.set_threshold(GARBAGE)
    from doctor.command.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
