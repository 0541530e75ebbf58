"""`python -m reports`: what the saved runs say. Reads `.benchmarks`, runs nothing."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from analysis import saved_runs
from reports.commands import compare, figures, html, keras, listing, noise, plan, recover, study, study_run
from reports.commands.common import Exit
from storage import files


class Command(NamedTuple):
    help: str
    run: Callable[[argparse.Namespace], Exit]
    add_arguments: Callable[[argparse.ArgumentParser], None] | None = None


COMMANDS = {
    "list": Command("all saved runs", listing.list_runs),
    "show": Command("one saved run", listing.show, listing.add_show_arguments),
    "compare": Command("ratios between backends or saved runs", compare.main, compare.add_arguments),
    "study": Command("the study's claims beside what was measured", study.main, study.add_arguments),
    "study-run": Command("write the study's printed results as a saved run", study_run.main),
    "html": Command("a report as one file, for a browser", html.main, html.add_arguments),
    "figures": Command("the study's figures, as SVG and PNG", figures.main, figures.add_arguments),
    "plan": Command("what a precision costs, from a saved run as pilot", plan.main, plan.add_arguments),
    "keras": Command("what Keras costs beside frameworks without it", keras.main, keras.add_arguments),
    "recover": Command("save what a killed session's journal holds", recover.main, recover.add_arguments),
    "noise": Command("the noise floor of A/A runs", noise.main, noise.add_arguments),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is explained in reports/commands/common.py."""
    parser = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    parser.add_argument(
        "--root", type=files.path, default=saved_runs.ROOT, metavar="FOLDER", help="where runs are saved"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        if command.add_arguments:
            command.add_arguments(sub)
    options = parser.parse_args(arguments)
    code = Exit.FINE
    try:
        code = COMMANDS[options.command].run(options)
        sys.stdout.flush()
        return code
    except saved_runs.RunProblem as problem:
        return _failed(str(problem))
    except BrokenPipeError:  # `list | head`: the reader has stopped, which is no error
        _discard_output()
        return code
    except OSError as error:
        if error.filename is None:  # standard output itself
            _discard_output()
        return _failed(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130


def _failed(reason: str) -> Exit:
    print(f"reports: {reason}", file=sys.stderr)
    return Exit.USAGE


def _discard_output() -> None:
    """Discard what is left in standard output, so that Python doesn't try once more to write it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
