"""Datasets, preprocessed once and cached as .npy. Imports neither pytest nor a deep-learning framework.

    prepare("mnist", "gcn", cache, print)

`python -m datasets` fetches and manages them; docs/datasets.md says what they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache as cache_
from pathlib import Path
from typing import Any

from datasets import building, cifar10, hmdir, imdb, mnist, norb, svhn
from datasets.dataset import Choice, Dataset, Kind, Progress, Raw
from datasets.errors import Damaged, DatasetUnavailable, NotFetched
from datasets.holdings import verified
from storage import folders

__all__ = ["DATASETS", "DatasetUnavailable", "Prepared", "prepare"]

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (mnist.DATASET, cifar10.DATASET, svhn.DATASET, norb.DATASET, imdb.DATASET, hmdir.DATASET)
}


@dataclass(frozen=True)
class Prepared:
    """Four .npy files: x float32 or int32, y int64 labels or float32 targets; examples on the first axis.

    data: the kind of data, real or not. source: where they come from, in words. fingerprint: of the cache.
    """

    x_train: Path
    y_train: Path
    x_test: Path
    y_test: Path
    data: Kind
    source: str
    fingerprint: str

    @property
    def files(self) -> dict[str, Any]:
        """The files by name, as the worker gets them."""
        return {name: str(getattr(self, name)) for name in ("x_train", "y_train", "x_test", "y_test")}


def prepare(dataset: str, recipe: str, cache: Path, progress: Progress, choice: Choice = "auto") -> Prepared:
    """The dataset after one of its recipes, from the cache where it was prepared before.

    auto: the real dataset if it was fetched, else the real examples that a package ships where there are any, else a
    stand-in; `progress` reports real files that are there and can't be used, and why. real: only the real dataset.
    Raises DatasetUnavailable with the remedy, and KeyError for unknown names.
    """
    description = DATASETS.get(dataset)
    if description is None or recipe not in description.recipes:
        known = [f"{name}/{recipe}" for name, each in DATASETS.items() for recipe in each.recipes]
        raise KeyError(f"there is no {dataset}/{recipe}; there are {', '.join(known)}")
    if choice != "synthetic":
        try:
            return _stored(description, recipe, real(description, cache), cache, progress)
        except (NotFetched, Damaged) as error:
            if choice == "real":
                remedy = f"{error.remedy}, or --data=auto, labelled in every result"
                raise DatasetUnavailable(error.reason, remedy) from error
            if isinstance(error, Damaged):
                progress(f"{error.reason}; {error.remedy}; until then other data take the place of {dataset}")
    if choice == "auto" and description.subset:
        try:
            return _stored(description, recipe, description.subset(cache, progress), cache, progress)
        except DatasetUnavailable as error:
            progress(f"{dataset}: {error.reason}: a synthetic stand-in takes its place; {error.remedy}")
    return _stored(description, recipe, stand_in(description), cache, progress)


def real(dataset: Dataset, cache: Path) -> Raw:
    """The files that were fetched, under the checksums of the moment when they were verified.

    Raises NotFetched and Damaged.
    """
    folder = verified(dataset, cache)
    key = " ".join(entry["sha256"] for _, entry in sorted(folders.sealed(folder).items()))
    source = f"the whole dataset: {', '.join(file.name for file in dataset.files[:4])}"
    return Raw("real", source, key, lambda: dataset.read(folder))


def stand_in(dataset: Dataset) -> Raw:
    """Made-up examples."""
    train, test = dataset.stand_in_sizes
    source = (
        f"made up by datasets/synthetic.py: {train:,} examples to train, {test:,} to test "
        f"(of the real {dataset.name}: {dataset.examples})"
    )
    return Raw("synthetic", source, _text("datasets.synthetic"), lambda: dataset.stand_in(dataset.stand_in_sizes))


def folder_name(dataset: str, recipe: str = "*", kind: str = "*", fingerprint: str = "*") -> str:
    """The name of a prepared dataset's folder, with "*" for each part that is left out."""
    return f"{dataset}-{recipe}-{kind}-{fingerprint[:12]}"


def _stored(dataset: Dataset, recipe: str, raw: Raw, cache: Path, progress: Progress) -> Prepared:
    key = "\0".join([dataset.name, recipe, raw.kind, raw.key, _code(dataset)])
    fingerprint = hashlib.sha256(key.encode()).hexdigest()
    folder = cache / "data" / folder_name(dataset.name, recipe, raw.kind, fingerprint)
    name = f"{dataset.name}/{recipe}"

    def make(building_folder: Path) -> None:
        progress(f"{name}: preparing ({raw.kind})")
        building.build(building_folder, raw, dataset.recipes[recipe], lambda line: progress(f"{name}: {line}"))

    try:
        folders.built(folder, make, lambda: progress(f"{name}: another process is preparing it; waiting"))
    except OSError as error:
        raise DatasetUnavailable(
            f"{name} could not be written to {folder.parent} ({error.strerror or error})",
            f"{folders.mend(error)}, or name another folder with {folders.VARIABLE}",
        ) from error
    x_train, y_train, x_test, y_test = (folder / f"{array}.npy" for array in building.ARRAYS)
    return Prepared(x_train, y_train, x_test, y_test, raw.kind, raw.source, fingerprint)


def _code(dataset: Dataset) -> str:
    """The text of all code between raw examples and cache: a change to any of it makes another cache."""
    preprocessing = sorted(path.stem for path in (Path(__file__).parent / "preprocessing").glob("[!_]*.py"))
    shared = ("building", "dataset", "archives", "subsets")
    names = [
        dataset.read.__module__,
        *(f"datasets.{name}" for name in shared),
        *(f"datasets.preprocessing.{name}" for name in preprocessing),
    ]
    return "\0".join(map(_text, names))


@cache_
def _text(module: str) -> str:
    return (Path(__file__).parent / Path(*module.split(".")[1:])).with_suffix(".py").read_text("utf-8")
