"""Any bytes from a worker are a message with sound fields, or a typed error that says what is wrong with them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.benchmark.protocol import FIELDS, NoMessage, checked, parse

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=3,
)
SOUND: dict[str, dict[str, Any]] = {
    "ready": {
        "import_s": 1.5, "versions": {"keras": "3"}, "python": "3.11", "device": "cpu", "blas": "MKL",
        "threads_in_force": None, "processors": [0, 1], "network": "confined",
    },
    "built": {
        "build_s": 0.1, "jit": "none", "examples": 5, "params_trainable": 3, "params_non_trainable": 0,
        "layers": ["Dense"], "output_shapes": [[3]],
    },
    "training": {"baseline_resident_mib": 100.0, "peak_was_reset": True},
    "restored": {"epochs": 3},
    "epoch": {"index": 0, "wall_s": 0.5, "processor_s": 0.4, "fetched_mib": 0.0, "loss": None, "peak_resident_mib": 90},
    "checkpointed": {"epochs": None},
    "trained": {"epochs": 3, "allocator_peak_mib": None},
    "evaluated": {
        "train_loss": 0.1, "test_loss": None, "train_error": 1.0, "test_error": 2.0, "train_examples": 5,
        "test_examples": 5, "evaluation_s": 0.1,
    },
    "short": {"short_batches": 2, "short_rounds_s": [0.1]},
    "done": {},
}  # fmt: skip


@settings(max_examples=60)
@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_message_or_a_typed_error(line: bytes) -> None:
    with suppress(NoMessage):
        assert isinstance(parse(line)["kind"], str)


def test_a_message_that_is_nested_too_deeply_is_a_typed_error() -> None:
    with pytest.raises(NoMessage):
        parse(b"[" * 100_000)


def test_sound_messages_pass() -> None:
    assert SOUND.keys() == FIELDS.keys()
    for kind, fields in SOUND.items():
        assert checked({"kind": kind, **fields}) == {"kind": kind, **fields}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in FIELDS for name in FIELDS[kind]])
def test_each_field_is_asked_for(kind: str, name: str) -> None:
    message = {"kind": kind, **SOUND[kind]}
    del message[name]
    with pytest.raises(NoMessage, match=f"'{kind}' doesn't say its {name}"):
        checked(message)


@settings(max_examples=60)
@given(st.data())
def test_any_value_of_a_field_is_taken_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([kind for kind in FIELDS if FIELDS[kind]]))
    name = data.draw(st.sampled_from(sorted(FIELDS[kind])))
    message = {"kind": kind, **SOUND[kind], name: data.draw(values)}
    with suppress(NoMessage):
        assert checked(message) == message
        json.dumps(message, allow_nan=False)  # no number that is none


@pytest.mark.parametrize("wall", [float("nan"), float("inf"), -1.0, 0, True, "1", None])
def test_a_time_is_a_positive_number(wall: object) -> None:
    with pytest.raises(NoMessage, match="as its wall_s"):
        checked({"kind": "epoch", **SOUND["epoch"], "wall_s": wall})
