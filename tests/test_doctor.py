"""The doctor: what it complains of, and what it sees on real backends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.backends import registry
from fixtures.session import examination
from fixtures.session.session import Session

ROOT = Path(__file__).parent.parent
REFERENCE = {"product_gflops": 100.0, "convolution_gflops": 50.0}
HEALTHY = {
    "device": "cpu",
    "float_type": "float32",
    "data_layout": "channels_last",
    "threads_in_force": 2,
    "product_error": 1e-6,
    "convolution_error": 1e-6,
    "product_gflops": 90.0,
    "convolution_gflops": 45.0,
    "blas": ", ".join(registry.BACKENDS["theano"].blas()),
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, None),
        ({"threads_in_force": None}, None),
        ({"device": "gpu"}, "computes on the gpu, not on the cpu"),
        ({"float_type": "float64"}, "float64, not float32"),
        ({"data_layout": "channels_first"}, "channels_first"),
        ({"threads_in_force": 1}, "1 threads, not 2"),
        ({"blas": "NumPy's C interface"}, "BLAS is not the one that was asked for (OpenBLAS 0.3.13"),
        ({"product_error": 0.01}, "product is wrong by 0.01"),
        ({"convolution_error": 0.5}, "convolution is wrong by 0.5"),
        ({"product_gflops": 19.0}, "product reaches 19 GFLOP/s where NumPy reaches 100"),
        ({"convolution_gflops": 9.0}, "convolution reaches 9 GFLOP/s"),
    ],
)
def test_everything_that_cripples_is_told_with_a_remedy(change: dict[str, Any], complaint: str | None) -> None:
    found = list(examination.complaints(registry.BACKENDS["theano"], {**HEALTHY, **change}, REFERENCE, "cpu", 2))
    assert len(found) == (complaint is not None)
    if complaint:
        what, remedy = found[0]
        assert complaint in what
        assert remedy


def test_a_known_slow_wheel_has_a_limit_of_its_own() -> None:
    slow = {**HEALTHY, "product_gflops": 10.0, "convolution_gflops": 5.0}
    assert not list(examination.complaints(registry.BACKENDS["tensorflow1"], slow, REFERENCE, "cpu", 2))


@pytest.mark.backend
def test_real_backends_multiply_and_convolve_correctly(backend: str, keras_session: Session) -> None:
    reference = examination.numpy_rates(keras_session, 0.05)
    found = examination.examine(keras_session, backend, reference, 0.05)
    assert found.seen, found.complaints
    assert max(found.seen["product_error"], found.seen["convolution_error"]) < examination.WRONG
    assert (found.seen["float_type"], found.seen["data_layout"]) == ("float32", "channels_last")
    assert found.seen["device"] == "cpu"


def test_an_unknown_backend_is_one_message() -> None:
    command = [sys.executable, "-m", "fixtures.doctor", "--backend=abacus"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "there is no backend 'abacus'; choose from theano" in done.stderr
    assert "Traceback" not in done.stderr
