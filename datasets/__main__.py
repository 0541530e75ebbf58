"""python -m datasets: list, fetch, prepare, check, path, remove."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from datasets import DATASETS, holdings, prepare
from datasets.dataset import Dataset
from datasets.errors import Damaged, DatasetUnavailable, NotFetched
from storage import folders


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or 1 with reason and remedy on standard error; argparse exits with 2 for unknown words."""
    options = _parser().parse_args(arguments)
    try:
        code = int(options.command(options, folders.cache_folder()))
        sys.stdout.flush()
        return code
    except DatasetUnavailable as error:
        return _failed(error.reason, error.remedy)
    except BrokenPipeError:  # of `list | head`: nobody reads on, which is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _failed(
            ": ".join(str(part) for part in (error.strerror or error, error.filename) if part),
            f"mend that, or name another folder for all files with {folders.VARIABLE}",
        )
    except KeyboardInterrupt:
        print("\ninterrupted: a download goes on where it stopped, all else starts anew", file=sys.stderr)
        return 130


def _failed(reason: str, remedy: str) -> int:
    print(f"error: {reason}\n    {remedy}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m datasets", description="The datasets of the benchmarks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: object, text: str, names: str | None) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        if names:
            sub.add_argument("names", nargs=names, type=_name, metavar="NAME", help=", ".join(DATASETS))
        return sub

    add("list", _list, "what there is, from where, on which terms, and what of it is on this machine", None)
    fetch = add("fetch", _fetch, "download and verify the real datasets", "+")
    fetch.add_argument(
        "--from",
        dest="given",
        type=_given,
        metavar="PATH",
        help="take a file, or a folder of files, that you downloaded",
    )
    prep = add("prepare", _prepare, "preprocess and cache, ahead of the benchmarks", None)
    prep.add_argument("names", nargs="+", type=_pairs, metavar="NAME[/RECIPE]", help="a dataset, or one recipe of it")
    prep.add_argument("--data", choices=("auto", "real", "synthetic"), default="auto", help="as of the benchmarks")
    add("check", _check, "compare all files with their checksums; without a NAME, of all datasets", "*")
    add("path", _path, "print the folder of a dataset's files, or of everything", "?")
    add("remove", _remove, "delete everything of a dataset", "+")
    return parser


def _name(text: str) -> str:
    if text not in DATASETS:
        raise argparse.ArgumentTypeError(f"there is no '{text}'; there are {', '.join(DATASETS)}")
    return text


def _given(text: str) -> Path:
    try:
        return folders.expanded(text)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"'{text}': {error.strerror}") from None


def _pairs(text: str) -> list[tuple[str, str]]:
    name, _, recipe = text.partition("/")
    known = DATASETS[_name(name)].recipes
    if recipe and recipe not in known:
        raise argparse.ArgumentTypeError(f"{name} has no recipe '{recipe}'; it has {', '.join(known)}")
    return [(name, each) for each in known if recipe in ("", each)]


def _list(options: argparse.Namespace, cache: Path) -> int:
    for dataset in DATASETS.values():
        source = f"{dataset.source} ({_bytes(sum(file.size for file in dataset.files))})"
        print(f"{dataset.name}: {dataset.title}")
        lines = (
            ("examples", dataset.examples),
            ("recipes", ", ".join(dataset.recipes)),
            ("source", source),
            ("terms", dataset.terms),
            *(("here", state) for state in _here(dataset, cache)),
        )
        for title, text in lines:
            print(_wrapped(f"    {title:<11}", text))
    return 0


def _wrapped(title: str, text: str) -> str:
    """At most 80 columns, but for addresses and paths."""
    return textwrap.fill(
        text,
        80,
        initial_indent=title,
        subsequent_indent=" " * len(title),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _here(dataset: Dataset, cache: Path) -> list[str]:
    try:
        holdings.verified(dataset, cache)
        states = ["the real dataset"]
    except NotFetched as error:
        states = [f"nothing real: {error.remedy}"]
    except Damaged as error:
        states = [f"{error.path.name}: {error.why}: {error.remedy}"]
    for folder in holdings.prepared(dataset, cache):
        state = "" if folders.intact(folder) else ", damaged"
        states.append(f"{folder.name.rpartition('-')[0]} ({_bytes(holdings.size(folder))}{state})")
    return states


def _fetch(options: argparse.Namespace, cache: Path) -> int:
    from datasets.fetch import fetch  # late: other commands need no network

    for dataset in (DATASETS[name] for name in dict.fromkeys(options.names)):
        print(_wrapped(f"{dataset.name}: terms: ", dataset.terms))
        fetch(dataset, cache, print, options.given)
    return 0


def _prepare(options: argparse.Namespace, cache: Path) -> int:
    for name, recipe in dict.fromkeys(pair for pairs in options.names for pair in pairs):
        prepared = prepare(name, recipe, cache, print, options.data)
        print(f"{name}/{recipe}: {prepared.data}: {prepared.source}: {prepared.x_train.parent}")
    return 0


def _check(options: argparse.Namespace, cache: Path) -> int:
    states: dict[Path, str] = {}  # of each folder: the damage and its remedy, or nothing
    for dataset in (DATASETS[name] for name in options.names or DATASETS):
        try:
            states[holdings.verified(dataset, cache, thorough=True)] = ""
        except Damaged as error:
            states[error.path] = f"{error.why}; {error.remedy}"
        except NotFetched:
            pass
        for folder in holdings.prepared(dataset, cache):
            damaged = not folders.intact(folder, thorough=True)
            states[folder] = f"`python -m datasets remove {dataset.name}`, or its next use builds it anew" * damaged
    for path, wrong in states.items():
        print(f"DAMAGED {path}\n        {wrong}" if wrong else f"ok      {path}")
    if not states:
        print("there is nothing to check")
    return int(any(states.values()))


def _path(options: argparse.Namespace, cache: Path) -> int:
    print(holdings.downloads(DATASETS[options.names], cache) if options.names else cache)
    return 0


def _remove(options: argparse.Namespace, cache: Path) -> int:
    for name in options.names:
        print(f"{name}: {_bytes(holdings.remove(DATASETS[name], cache))} freed")
    return 0


def _bytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
