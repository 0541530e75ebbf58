"""--steady in real workers: memory stays with them, and TensorFlow 2's input is not tuned."""

from __future__ import annotations

import dataclasses
import statistics
import subprocess
from pathlib import Path

import pytest

from fixtures.benchmark import process
from fixtures.session.provider import Provider
from fixtures.session.session import Session
from models.cnn import cnn_softmax
from models.training import SGD
from tests.backends import provided, slow_but
from tests.test_workers import train, training_job

pytestmark = pytest.mark.backend


def fetched_mib(session: Session, backend: str, steady: bool, folder: Path) -> float:
    """In an epoch of four mini-batches, when a few went before."""
    provider = Provider(dataclasses.replace(session.settings, steady=steady), print, session.share)
    job = training_job(cnn_softmax(), folder, SGD(0.01), 128, examples=512)
    with provider.worker(backend, timeout=300, options=provider.settings.options, **job) as worker:
        return statistics.median(float(epoch["fetched_mib"]) for epoch in train(worker, 6)[0][3:])


@slow_but(("theano", "jax"))
def test_a_steady_worker_keeps_its_memory(backend: str, keras_session: Session, tmp_path: Path) -> None:
    default, kept = (fetched_mib(keras_session, backend, steady, tmp_path) for steady in (False, True))
    assert kept < max(default / 10, 1)
    if backend in ("theano", "jax", "tensorflow1"):
        assert default > 100


def test_a_steady_input_is_not_tuned(keras_session: Session) -> None:
    provided(keras_session, "tensorflow2")
    environment = keras_session.environment("tensorflow2")
    code = (
        "import numpy as np; from frameworks import TensorFlow2; "
        "TensorFlow2({'threads': 1, 'seed': 1, 'options': {'steady': True}}).setup(); "
        "from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter; "
        "data = ArrayDataAdapter(np.zeros((8, 1)), np.zeros((8, 1)), batch_size=4).get_tf_dataset(); "
        "print(data.options().autotune.enabled, [x.shape[0] for x, y in data])"
    )
    environ = keras_session.environ(environment, "cpu", 1) | {"PYTHONPATH": str(process.WORKER)}
    done = subprocess.run([environment.python, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-2] == "False [4, 4]"
