"""The GPU's memory meter through the real pynvml, on a libnvidia-ml.so.1 that is compiled here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.errors import WorkerFailed
from fixtures.hardware import gpu

MIB = 2**20
METER = """
import json, os, sys, time
from fixtures.errors import WorkerFailed
from fixtures.hardware import gpu
stub = os.environ["NVML_STUB"]
def say(*numbers):
    open(stub + ".new", "w").write(" ".join(map(str, numbers)))
    os.replace(stub + ".new", stub)
me, steps = os.getpid(), json.loads(sys.argv[1])
number = lambda words: [me if word == "me" else int(word) for word in words]
say(*number(steps[0]))
with gpu.Meter(me, "0", interval=0.001) as meter:
    meter.idle()
    for step in steps[1:]:
        say(*number(step))
        seen = meter.samples
        while meter.samples < seen + 2:
            time.sleep(0.001)
    print(json.dumps([gpu.devices(), meter.kind, meter.peak_mib, meter.conditions()]))
"""

Measure = Callable[..., list[Any]]
LOOK = """
import json, os
from fixtures.hardware import devices, gpu, limits, load
open(os.environ["NVML_STUB"], "w").write("800000000 1 4242 300000000")
print(json.dumps([
    gpu.total_mib(), gpu.uuid("0"), gpu.uuid("7"), gpu.occupants("0"), gpu.visible({}),
    gpu.visible({"CUDA_VISIBLE_DEVICES": ""}), gpu.visible({"CUDA_VISIBLE_DEVICES": "GPU-stub-0"}),
    limits.MemoryLimit(3072, "framework").variables("0"), devices.Share((0,), "0").names,
    [text for text in load.disturbances([0], "0", 0.05) if "GPU" in text],
]))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a libnvidia-ml.so.1."""
    compiler = shutil.which("gcc")
    if not compiler:
        pytest.skip("there is no gcc to compile the stub with")
    folder = tmp_path_factory.mktemp("nvml")
    code = Path(__file__).with_name("nvml_stub.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "libnvidia-ml.so.1", code], check=True)
    return folder


@pytest.fixture
def measure(library: Path) -> Measure:
    """measure(step, ...): what the meter says after these states of the device, in a process of its own."""

    def measured(*steps: list[Any]) -> list[Any]:
        return said(library, METER, json.dumps(steps))

    return measured


def said(library: Path, *code: str) -> list[Any]:
    """The JSON that a script prints on a machine with that library's GPU."""
    environ = {**os.environ, "LD_LIBRARY_PATH": str(library), "NVML_STUB": str(library / "state")}
    environ.pop("CUDA_VISIBLE_DEVICES", None)
    command = [sys.executable, "-c", *code]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def test_what_else_is_asked_of_a_gpu(library: Path) -> None:
    assert said(library, LOOK) == [
        12 * 1024, "GPU-stub-0", "7", [4242], ["0"], [], ["GPU-stub-0"],
        {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.250000"}, ["processor-0", "gpu-GPU-stub-0"],
        ["other processes compute on GPU 0: 4242"],
    ]  # fmt: skip


def test_the_peak_of_the_process_less_its_idle_context(measure: Measure) -> None:
    devices, kind, peak, conditions = measure(
        [800 * MIB, 2, "me", 300 * MIB, 1, 500 * MIB],
        [1900 * MIB, 2, "me", 1400 * MIB, 1, 500 * MIB],
        [1000 * MIB, 2, "me", 500 * MIB, 1, 500 * MIB],
    )
    assert devices == ["Stub GPU"]
    assert (kind, peak) == ("gpu_process", 1100)
    # the stub lacks the call for throttle reasons, as an old driver does
    assert conditions == {"sm_clock_mhz": 1500, "temperature_c": 61, "throttle_reasons": None, "foreign_processes": 1}


@pytest.mark.parametrize("hidden", [["me", -1], [1, 100 * MIB]], ids=["memory", "process"])
def test_where_processes_are_hidden_the_devices_change_stands_in(measure: Measure, hidden: list[Any]) -> None:
    _, kind, peak, _ = measure([800 * MIB, 1, *hidden], [2000 * MIB, 1, *hidden])
    assert (kind, peak) == ("gpu_device_difference", 1200)


@pytest.mark.parametrize(
    ("given", "device"), [({}, "0"), ({"CUDA_VISIBLE_DEVICES": "2,3"}, "2"), ({"CUDA_VISIBLE_DEVICES": ""}, "0")]
)
def test_the_worker_gets_the_first_visible_device(given: dict[str, str], device: str) -> None:
    assert gpu.chosen(given) == device


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ({"NVML_INIT": "9"}, "NVIDIA's library is here, and can't talk to its driver (Driver Not Loaded)"),
        ({"NVML_COUNT": "15"}, "NVIDIA's driver can't tell of its GPUs (GPU is lost)"),
    ],
)
def test_an_nvml_that_cannot_talk_to_its_driver_is_told_once(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: dict[str, str], says: str
) -> None:
    code = """
import json
from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.session.provider import Provider
from fixtures.session.settings import Settings
told = []
automatic = Provider(Settings(("torch",)), told.append)
automatic.build([])
told.append(automatic.device(registry.BACKENDS["torch"]))
Provider(Settings(("torch",), device="cpu"), told.append).build([])
Provider(Settings(("theano",)), told.append).build([])
try:
    Provider(Settings(("torch",), device="gpu"), told.append).device(registry.BACKENDS["torch"])
except Unavailable as problem:
    told.append(problem.reason)
print(json.dumps(told))
"""
    monkeypatch.setenv("KERAS_BENCHMARKS_CACHE", str(tmp_path))
    for name, number in error.items():
        monkeypatch.setenv(name, number)
    line, device, refused = said(library, code)
    assert says in refused
    assert line.startswith(refused)
    assert "nvidia-smi" in line
    assert device == "cpu"


@pytest.mark.parametrize(
    ("given", "seen"),
    [("0,-1", ["0"]), ("-1,0", []), ("7", []), ("NoDevFiles", []), (" 0 ", ["0"]), ("0,,GPU-x", ["0"])],
)
def test_the_first_word_that_is_no_device_ends_the_list(
    monkeypatch: pytest.MonkeyPatch, given: str, seen: list[str]
) -> None:
    monkeypatch.setattr(gpu, "devices", lambda: ["Stub GPU"])
    assert gpu.visible({"CUDA_VISIBLE_DEVICES": given}) == seen


@pytest.mark.parametrize("device", ["auto", "gpu"])
def test_a_gpu_that_is_hidden_is_not_computed_on(
    library: Path, device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"""
import json, os
from fixtures.backends import registry
from fixtures.errors import Unavailable
from fixtures.session.provider import Provider
from fixtures.session.settings import Settings
found = []
for hidden in (None, ""):
    if hidden is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = hidden
    try:
        found.append(Provider(Settings(("torch",), device={device!r}), print).device(registry.BACKENDS["torch"]))
    except Unavailable as error:
        found.append(error.reason)
print(json.dumps(found))
"""
    monkeypatch.setenv("KERAS_BENCHMARKS_CACHE", str(tmp_path))
    assert said(library, code) == ["gpu", "cpu" if device == "auto" else "no GPU can be seen"]


def test_without_a_driver_the_meter_says_that_it_is_unsupported() -> None:
    if gpu.devices():
        pytest.skip("there is a GPU here")
    with pytest.raises(WorkerFailed, match="unsupported: NVML can't be used"), gpu.Meter(1, "0"):
        pass
