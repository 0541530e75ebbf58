"""Measures the cost of preparing datasets at their full size. `pytest benchmarks/targets/test_datasets.py -m targets`.

This takes a quarter of an hour and 17 GB of disk. Each figure is of a fresh process, which may use two processors:
seconds by its own clock, and the kernel's high-water mark of its resident memory, libraries included. Inputs are
synthetic, in the original formats and sizes.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.targets import full_size
from datasets import DATASETS, building, hmdir, holdings, prepare, synthetic
from storage import folders

pytestmark = pytest.mark.targets

GIB = 2**30
PROCESSORS = 2
GIST_IMAGES, GIST_LIMIT_S = 60_000, 180.0
RAIN_LIMIT_S, MEMORY_LIMIT = 90.0, 2 * GIB
WARM_LIMIT_S = 0.05


class ProcessCost(dict[str, Any]):
    """The cost of a child process: seconds, peak_bytes, and the fields that its work returns."""


def in_a_process(work: Callable[..., dict[str, Any]], *arguments: object) -> ProcessCost:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, work, *arguments).result()


def _measured(work: Callable[..., dict[str, Any]], *arguments: object) -> ProcessCost:
    psutil.Process().cpu_affinity(sorted(os.sched_getaffinity(0))[:PROCESSORS])
    start = time.perf_counter()
    fields = work(*arguments)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    return ProcessCost({"seconds": seconds, "peak_bytes": peak, **fields})


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("datasets")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def measure_process(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> Callable[..., ProcessCost]:
    """Runs the work once in a process of its own, keeps its figures with the benchmark's, and shows them."""

    def run(work: Callable[..., dict[str, Any]], *arguments: object) -> ProcessCost:
        cost: ProcessCost = benchmark.pedantic(in_a_process, (work, *arguments), rounds=1)
        benchmark.extra_info.update(cost)
        with capsys.disabled():
            title = " ".join(each for each in (work.__name__, *arguments) if isinstance(each, str))
            print(f"\n{title}: {cost['seconds']:.3f} s, peak {cost['peak_bytes'] / GIB:.2f} GiB, {cost}")
        return cost

    return run


def gist_of_60_000() -> dict[str, Any]:
    from datasets.preprocessing.gist import gist

    seconds = 0.0
    for _, images, _ in synthetic.images((32, 32, 3), [1] * 10, (GIST_IMAGES, 0)):
        start = time.perf_counter()
        features = gist(images)
        seconds += time.perf_counter() - start
        assert features.shape == (len(images), 960)
    return {"seconds": seconds}


def test_gist(measure_process: Callable[..., ProcessCost]) -> None:
    assert measure_process(gist_of_60_000)["seconds"] <= GIST_LIMIT_S


def prepare_real(name: str, recipe: str, cache: Path) -> dict[str, Any]:
    prepared = prepare(name, recipe, cache, print, "real")
    shapes = {
        part: np.load(getattr(prepared, part), mmap_mode="r", allow_pickle=False).shape for part in building.ARRAYS
    }
    return {"shapes": shapes, "source_bytes": holdings.size(holdings.downloads(DATASETS[name], cache))}


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("mnist", "gcn"),
        ("cifar10", "gcn_zca"),  # this one fits most
        ("cifar10", "centred64"),  # this one writes most, but for NORB
        ("svhn", "hog_hue"),  # its source has to be read at once
        ("imdb", "ranks"),  # so has this one's
    ],
)
def test_memory(measure_process: Callable[..., ProcessCost], cache: Path, name: str, recipe: str) -> None:
    folder = holdings.downloads(DATASETS[name], cache)
    if not folder.exists():
        full_size.write(name, folder)
    assert measure_process(prepare_real, name, recipe, cache)["peak_bytes"] <= MEMORY_LIMIT


def accept_rain(table: Path, target: Path) -> dict[str, Any]:
    hmdir.accept(table, target)
    return {}


def test_rain(measure_process: Callable[..., ProcessCost], cache: Path) -> None:
    table = cache / "given.csv"
    full_size.write_table(table)
    target = holdings.downloads(DATASETS["hmdir"], cache) / hmdir.FILE.name
    target.parent.mkdir(parents=True)
    in_a_process(accept_rain, table, target)
    table.unlink()
    folders.seal(target.parent, [target.name])
    cost = measure_process(prepare_real, "hmdir", "sequences", cache)
    holdings.remove(DATASETS["hmdir"], cache)
    assert cost["seconds"] <= RAIN_LIMIT_S
    assert cost["peak_bytes"] <= MEMORY_LIMIT


@pytest.fixture(scope="module")
def norb_files(cache: Path) -> Iterator[None]:
    full_size.write("norb", holdings.downloads(DATASETS["norb"], cache))
    yield
    holdings.remove(DATASETS["norb"], cache)


def warm(name: str, recipe: str, cache: Path) -> dict[str, Any]:
    start = time.perf_counter()
    prepare(name, recipe, cache, print, "real")
    return {"seconds": time.perf_counter() - start}


@pytest.mark.usefixtures("norb_files")
class TestNorb:
    """These run in order: the second one finds the files that the first one prepared."""

    def test_96(self, measure_process: Callable[..., ProcessCost], cache: Path) -> None:
        cost = measure_process(prepare_real, "norb", "rescaled96", cache)
        assert cost["shapes"]["x_train"] == (58_320, 96, 96, 2)
        assert cost["peak_bytes"] <= MEMORY_LIMIT

    def test_warm(self, measure_process: Callable[..., ProcessCost], cache: Path) -> None:
        assert measure_process(warm, "norb", "rescaled96", cache)["seconds"] <= WARM_LIMIT_S
