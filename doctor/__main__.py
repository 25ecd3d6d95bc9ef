"""The `doctor` command. `--version` is answered before anything is imported, since pipelines ask it first."""

import sys


def main() -> None:
    """Entry point of the console script."""
    if sys.argv[1:] == ["--version"]:
        from doctor import __version__

        sys.stdout.write(f"doctor {__version__}\n")
        return
    from doctor.command.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
