"""Models of the kinds that people ask about, saved by Keras: sessions of their files do the same work everywhere."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fixtures.backends import registry
from fixtures.session.session import Session
from tests.backends import provided
from tests.faults.conftest import Running, saved

KINDS = Path(__file__).with_name("kinds.py")
STUDY, MODERN = registry.GROUPS["study"], registry.GROUPS["modern"]
EVERY = (*MODERN, *STUDY)
TRANSLATED = ("classifier", "autoencoder", "two_by_two", "masked", "residual", "segmenter", "beats", "tagger")
OBSTACLES = {
    "blurred": "it has the layer blur (Blur)",
    "transformer": "it has the layer multi_head_attention (MultiHeadAttention)",
}


def save(session: Session, what: str, path: Path) -> None:
    """Save a model of kinds.py by Keras on JAX."""
    python = session.provider.environment("jax").python
    code = f"import sys; sys.path.insert(0, {str(KINDS.parent)!r}); import kinds; kinds.{what}().save({str(path)!r})"
    environ = {"KERAS_BACKEND": "jax", "HOME": str(path.parent)}
    subprocess.run([python, "-c", code], env=environ, check=True, capture_output=True, timeout=300)


def results(folder: Path, kind: str, arms: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The record of each backend, by its name, of a session that trains a saved model."""
    options = ("--profile=smoke", "--parity", "--device=cpu", "--on-busy=flag", f"--backend={','.join(arms)}")
    with closing(
        Running(folder / "saved", f"--network={folder / kind}.keras", *options, file="benchmarks/test_network.py")
    ) as session:
        assert session.wait() == 0, session.output()
        assert "Traceback" not in session.output()
        (run,) = saved(folder / "saved")
    return {each["backend"]: each for each in [*(one["extra_info"] for one in run["benchmarks"]), *run["outcomes"]]}


QUICK = ("classifier", ("jax", "cntk"))
SLOW = [(kind, EVERY) for kind in (*TRANSLATED, *OBSTACLES)]


@pytest.mark.backend
@pytest.mark.parametrize(
    ("kind", "arms"), [QUICK, *(pytest.param(*each, marks=pytest.mark.slow, id=f"{each[0]}-all") for each in SLOW)]
)
def test_a_saved_model_is_the_same_work_on_every_backend(
    kind: str, arms: tuple[str, ...], tmp_path: Path, keras_session: Session
) -> None:
    for backend in arms:
        provided(keras_session, backend)
    save(keras_session, kind, tmp_path / f"{kind}.keras")
    if kind == "blurred":
        shutil.copy(KINDS, tmp_path / "blurred.py")
    found = results(tmp_path, kind, arms)
    assert set(found) == set(arms)
    for backend, each in found.items():
        if kind in OBSTACLES and backend in STUDY:
            assert each["outcome"] == "unsupported"
            assert OBSTACLES[kind] in each["reason"]
        else:
            assert each["outcome"] == "ok", each["reason"]
            assert each["own"].get("translated", False) == (backend in STUDY)
    held = [each["own"].get("parity", {}).get("same") for each in found.values() if each["outcome"] == "ok"]
    assert sorted(held, key=bool) == [None, *[True] * (len(held) - 1)]  # all against one of them
