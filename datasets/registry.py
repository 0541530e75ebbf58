"""The datasets by name."""

from __future__ import annotations

from datasets import cifar10, hmdir, imdb, mnist, norb, svhn
from datasets.dataset import Dataset

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (mnist.DATASET, cifar10.DATASET, svhn.DATASET, norb.DATASET, imdb.DATASET, hmdir.DATASET)
}
