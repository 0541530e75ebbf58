"""python -m datasets: list, fetch, prepare, check, path, remove."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from datasets import DATASETS, holdings, prepare, storage
from datasets.dataset import Dataset
from datasets.errors import DatasetUnavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 with reason and remedy on standard error; argparse exits with 2 for words that it doesn't know."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options, storage.cache_folder()))
    except DatasetUnavailable as error:
        print(f"error: {error.reason}\n    {error.remedy}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename}\n    see to it, then run again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; run it again to go on with what was downloaded", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m datasets", description="The datasets of the benchmarks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: object, text: str, names: str | None) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        if names:
            sub.add_argument("names", nargs=names, choices=[*DATASETS, []], metavar="NAME", help=", ".join(DATASETS))
        return sub

    add("list", _list, "what there is, from where, on which terms, and what of it is on this machine", None)
    fetch = add("fetch", _fetch, "download and verify the real datasets", "+")
    fetch.add_argument(
        "--from", dest="given", type=Path, metavar="PATH", help="take a file, or a folder of files, that you downloaded"
    )
    prep = add("prepare", _prepare, "preprocess and cache, ahead of the benchmarks", None)
    prep.add_argument("names", nargs="+", type=_pairs, metavar="NAME[/RECIPE]", help="a dataset, or one recipe of it")
    prep.add_argument("--data", choices=("auto", "real", "synthetic"), default="auto", help="as of the benchmarks")
    add("check", _check, "compare all files with their checksums; without a NAME, of all datasets", "*")
    add("path", _path, "print the folder of a dataset's files, or of everything", "?")
    add("remove", _remove, "delete everything of a dataset", "+")
    return parser


def _pairs(text: str) -> list[tuple[str, str]]:
    name, _, recipe = text.partition("/")
    known = DATASETS[name].recipes if name in DATASETS else ()
    if not known or (recipe and recipe not in known):
        names = [f"{each.name}/{recipe}" for each in DATASETS.values() for recipe in each.recipes]
        raise argparse.ArgumentTypeError(f"there is no '{text}'; there are {', '.join(names)}")
    return [(name, each) for each in known if recipe in ("", each)]


def _list(options: argparse.Namespace, cache: Path) -> int:
    for dataset in DATASETS.values():
        source = dataset.mirrors[0] if dataset.mirrors else "Kaggle, with an account of your own"
        print(f"{dataset.name}: {dataset.title}")
        print(f"    examples   {dataset.examples}")
        print(f"    recipes    {', '.join(dataset.recipes)}")
        print(f"    source     {source} ({_bytes(sum(file.size for file in dataset.files))})")
        print(f"    terms      {dataset.terms}")
        print("    here       " + "\n               ".join(_here(dataset, cache)))
    return 0


def _here(dataset: Dataset, cache: Path) -> list[str]:
    fetched = holdings.fetched(dataset, cache)
    found = ["the real dataset" if fetched else f"nothing real (python -m datasets fetch {dataset.name})"]
    for folder in holdings.prepared(dataset, cache):
        state = "" if storage.intact(folder) else ", damaged"
        found.append(f"{folder.name.rpartition('-')[0]} ({_bytes(holdings.size(folder))}{state})")
    return found


def _fetch(options: argparse.Namespace, cache: Path) -> int:
    from datasets.fetch import fetch  # late: other commands need no network

    for dataset in (DATASETS[name] for name in dict.fromkeys(options.names)):
        print(f"{dataset.name}: terms: {dataset.terms}")
        fetch(dataset, cache, print, options.given)
    return 0


def _prepare(options: argparse.Namespace, cache: Path) -> int:
    for name, recipe in dict.fromkeys(pair for pairs in options.names for pair in pairs):
        found = prepare(name, recipe, cache, print, options.data)
        print(f"{name}/{recipe}: {found.data}: {found.source}: {found.x_train.parent}")
    return 0


def _check(options: argparse.Namespace, cache: Path) -> int:
    damaged = 0
    for dataset in (DATASETS[name] for name in options.names or DATASETS):
        own = holdings.downloads(dataset, cache)
        states = {folder: storage.intact(folder, thorough=True) for folder in holdings.prepared(dataset, cache)}
        if storage.sealed(own):
            states[own] = holdings.fetched(dataset, cache, thorough=True)
        for folder, good in states.items():
            remedy = "" if good else f"; `python -m datasets remove {dataset.name}`, or use it and it is built again"
            print(f"{'ok     ' if good else 'DAMAGED'} {folder}{remedy}")
            damaged += not good
    return int(damaged > 0)


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
