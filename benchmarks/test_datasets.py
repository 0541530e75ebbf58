"""What preparing the datasets costs, at their full size. `pytest benchmarks/test_datasets.py -m targets`.

Takes some ten minutes and 13 GB of disk. Each figure is of a fresh process, which is allowed two processors: seconds
by its own clock, and the kernel's high-water mark of its resident memory, libraries included. Inputs are synthetic, in
the original formats and sizes.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.io import savemat

from datasets import DATASETS, building, hmdir, holdings, norb, prepare, storage, synthetic
from datasets.dataset import Raw
from datasets.preprocessing import radar

pytestmark = pytest.mark.targets

GIB = 2**30
PROCESSORS = 2
GIST_IMAGES, GIST_LIMIT_S = 60_000, 180.0
RAIN_LIMIT_S, MEMORY_LIMIT = 90.0, 2 * GIB
WARM_LIMIT_S = 0.05


class Measured(dict[str, Any]):
    """Of a child process: seconds, peak_bytes, and what it found out."""


def in_a_process(work: Callable[..., dict[str, Any]], *arguments: object) -> Measured:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, work, *arguments).result()


def _measured(work: Callable[..., dict[str, Any]], *arguments: object) -> Measured:
    psutil.Process().cpu_affinity(sorted(os.sched_getaffinity(0))[:PROCESSORS])
    start = time.perf_counter()
    found = work(*arguments)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    return Measured({"seconds": seconds, "peak_bytes": peak, **found})


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("datasets")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def measure(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> Callable[..., Measured]:
    """Runs the work once in a process of its own, keeps its figures with the benchmark's, and shows them."""

    def run(work: Callable[..., dict[str, Any]], *arguments: object) -> Measured:
        found: Measured = benchmark.pedantic(in_a_process, (work, *arguments), rounds=1)
        benchmark.extra_info.update(found)
        with capsys.disabled():
            print(f"\n{work.__name__}: {found['seconds']:.3f} s, peak {found['peak_bytes'] / GIB:.2f} GiB, {found}")
        return found

    return run


def gist_of_60_000() -> dict[str, Any]:
    from datasets.preprocessing.gist import gist

    seconds = 0.0
    for _, images, _ in synthetic.images((32, 32, 3), [1] * 10, (GIST_IMAGES, 0)):
        start = time.perf_counter()
        found = gist(images)
        seconds += time.perf_counter() - start
        assert found.shape == (len(images), 960)
    return {"seconds": seconds}


def test_gist(measure: Callable[..., Measured]) -> None:
    assert measure(gist_of_60_000)["seconds"] <= GIST_LIMIT_S


def whiten_60_000(folder: Path) -> dict[str, Any]:
    raw = Raw("synthetic", "", "", lambda: DATASETS["cifar10"].stand_in((50_000, 10_000)))
    building.build(folder, raw, DATASETS["cifar10"].recipes["gcn_zca"], print)
    return {}


def test_whitening(measure: Callable[..., Measured], cache: Path) -> None:
    """The recipe that fits most."""
    folder = cache / "whitened"
    folder.mkdir()
    assert measure(whiten_60_000, folder)["peak_bytes"] <= MEMORY_LIMIT


def write_mat(folder: Path) -> None:
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    for file, count in zip(DATASETS["svhn"].files, (73_257, 26_032), strict=True):
        x = draw.integers(0, 256, (32, 32, 3, count), dtype=np.uint8)
        y = draw.integers(1, 11, (count, 1), dtype=np.uint8)
        savemat(folder / file.name, {"X": x, "y": y}, do_compression=True)
    storage.seal(folder, [file.name for file in DATASETS["svhn"].files])


def prepare_svhn(cache: Path) -> dict[str, Any]:
    prepare("svhn", "hog_hue", cache, print, "real")
    return {}


def test_svhn(measure: Callable[..., Measured], cache: Path) -> None:
    """The source that has to be read at once."""
    write_mat(holdings.downloads(DATASETS["svhn"], cache))
    assert measure(prepare_svhn, cache)["peak_bytes"] <= MEMORY_LIMIT


def write_table(path: Path, rows: int = hmdir.TABLE_ROWS) -> None:
    """The competition's table in its size and form: Ids in order, up to 19 scans each, half of the values missing.

    dB go in steps of 0.5 or 0.0625; ratios, degrees per km and mm of rain have eight digits.
    """
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import csv

    schema = pa.schema([("Id", pa.int64()), *((name, pa.float64()) for name in hmdir.HEADER[1:])])
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    draw = np.random.default_rng(0)
    written, hour = 0, 0
    with path.open("wb") as file, csv.CSVWriter(file, schema, write_options=options) as writer:
        file.write(",".join(hmdir.HEADER).encode() + b"\n")
        while written < rows:
            lengths = draw.integers(4, 20, 20_000)
            count = min(int(lengths.sum()), rows - written)
            ids = np.repeat(hour + 1 + np.arange(len(lengths)), lengths)[:count]
            columns = [ids, np.arange(count, dtype=np.float64) % 60, np.floor(ids % 20.0)]
            for field in radar.COLUMNS[2:]:
                values = draw.normal(20, 10, count)
                if field.startswith("Ref"):
                    values = np.round(values * 2) / 2
                elif field.startswith("Zdr"):
                    values = np.round(values) / 16
                else:
                    values = np.round(values / 20, 8)
                values[draw.random(count) < 0.5] = np.nan
                columns.append(values)
            columns.append(np.round(ids % 37 / 3, 8))
            arrays = [pa.array(column, from_pandas=True) for column in columns]
            writer.write(pa.record_batch(arrays, schema=schema))
            written, hour = written + count, hour + len(lengths)


def prepare_rain(cache: Path) -> dict[str, Any]:
    found = prepare("hmdir", "sequences", cache, print, "real")
    hours = sum(len(np.load(y, mmap_mode="r")) for y in (found.y_train, found.y_test))
    return {"hours": hours, "table_bytes": holdings.size(holdings.downloads(DATASETS["hmdir"], cache))}


def accept_rain(given: Path, target: Path) -> dict[str, Any]:
    hmdir.accept(given, target)
    return {}


def test_rain(measure: Callable[..., Measured], cache: Path) -> None:
    given = cache / "given.csv"
    write_table(given)
    target = holdings.downloads(DATASETS["hmdir"], cache) / hmdir.FILE.name
    target.parent.mkdir(parents=True)
    in_a_process(accept_rain, given, target)
    given.unlink()
    storage.seal(target.parent, [target.name])
    found = measure(prepare_rain, cache)
    holdings.remove(DATASETS["hmdir"], cache)
    assert found["seconds"] <= RAIN_LIMIT_S
    assert found["peak_bytes"] <= MEMORY_LIMIT


def write_norb(folder: Path, count: int = 29_160) -> None:
    """The four pairs of files in their size; their pixels compress about as well as the real ones."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    for pairs in norb.FILES.values():
        for images, labels in pairs:
            y = (np.arange(count) % norb.CLASSES).astype("<i4")
            with gzip.open(folder / labels.name, "wb") as file:
                file.write(struct.pack("<5i", norb.INTEGERS, 1, count, 1, 1) + y.tobytes())
            with gzip.open(folder / images.name, "wb", compresslevel=1) as file:
                file.write(struct.pack("<6i", norb.BYTES, 4, count, 2, norb.SIDE, norb.SIDE))
                for first in range(0, count, 1_000):
                    shape = (min(1_000, count - first), 2, norb.SIDE, norb.SIDE)
                    file.write(draw.integers(80, 144, shape, dtype=np.uint8).tobytes())
    storage.seal(folder, [file.name for file in DATASETS["norb"].files])


@pytest.fixture(scope="module")
def norb_files(cache: Path) -> Iterator[None]:
    write_norb(holdings.downloads(DATASETS["norb"], cache))
    yield
    holdings.remove(DATASETS["norb"], cache)


def prepare_norb(cache: Path) -> dict[str, Any]:
    found = prepare("norb", "rescaled96", cache, print, "real")
    shapes = {name: np.load(getattr(found, name), mmap_mode="r").shape for name in building.ARRAYS}
    return {"shapes": shapes}


def warm_norb(cache: Path) -> dict[str, Any]:
    start = time.perf_counter()
    prepare("norb", "rescaled96", cache, print, "real")
    return {"seconds": time.perf_counter() - start}


@pytest.mark.usefixtures("norb_files")
class TestNorb:
    """In order: the second one finds what the first one prepared."""

    def test_96(self, measure: Callable[..., Measured], cache: Path) -> None:
        found = measure(prepare_norb, cache)
        assert found["shapes"]["x_train"] == (58_320, 96, 96, 2)
        assert found["peak_bytes"] <= MEMORY_LIMIT

    def test_warm(self, measure: Callable[..., Measured], cache: Path) -> None:
        assert measure(warm_norb, cache)["seconds"] <= WARM_LIMIT_S
