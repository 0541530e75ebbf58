"""The fields of a benchmark's record: one table, in a section for each module that puts fields into records.

Whoever writes, reads, checks or documents a record does it by this table: the worker's messages
(fixtures/run/protocol.py), saved runs, docs/results.md, exports and the page. A field is None where a record doesn't
have it, and is then not written.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

import msgspec

from analysis.table import Count, Duration, Field, Mebibytes, Memory, Number, Seconds, Text, Whole

VERSION = 2
# 1: the first version.
# 2: flags are objects (code, text) and no longer sentences; study_epochs, study_examples, machine, options, commit and
#    error_unit are there; an A/A arm says so (backend_alias, aa_of).

Outcome = Literal["ok", "oom", "timeout", "crash", "diverged", "unsupported", "unavailable"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

PAGE = "docs/comparing.md"


Turns = Literal["alternate", "sequential"]
Measure = Literal["train", "predict"]


class Flag(msgspec.Struct, frozen=True):
    """A doubt about a result. code: also the heading on docs/comparing.md that explains it."""

    code: str
    text: str
    link: str = ""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "link", f"{PAGE}#{self.code}")

    def __str__(self) -> str:
        return f"{self.code}: {self.text} ({self.link})"


class Planned(msgspec.Struct, kw_only=True):
    """The benchmark as it was planned."""

    where: ClassVar[tuple[str, ...]] = ("fixtures/session/description.py", "fixtures/session/session.py")
    record_version: Annotated[int, Field("version of this table")] = VERSION
    point: Annotated[Text, Field("the point that was trained: an architecture at one sweep value on one dataset")]
    family: Annotated[Text, Field("`fnn`, `cnn` or `rnn`, or the name of a network of one's own")]
    dataset: Annotated[str, Field("the dataset")] = ""
    architecture: Annotated[str, Field("the network's name")] = ""
    own: Annotated[
        dict[str, Any],
        Field(
            "[a network of one's own](own-network.md): `network` as it was named, `arguments`, a hash of its `source`, "
            "`random`: layers that draw numbers, each backend its own, `custom`: methods that are not Keras', "
            "`callbacks` of its own, `translated`: whether a model runs as layer records, and with `--parity` its "
            "`parity` with another arm"
        ),
    ] = {}
    axis: Annotated[str | None, Field("the axis that the point's sweep varies")] = None
    value: Annotated[int | float | None, Field("the point's value on that axis")] = None
    table: Annotated[str | None, Field("the study's table that prints it")] = None
    params_printed: Annotated[Whole | None, Field("the study's count of parameters")] = None
    params_kind: Annotated[str | None, Field("the kind of that count: `trainable` or `total`")] = None
    study_epochs: Annotated[Whole | None, Field("the study's own schedule: epochs", since=2)] = None
    study_examples: Annotated[Whole | None, Field("the study's own schedule: training examples", since=2)] = None
    error_unit: Annotated[str, Field("unit of the errors: `%` of the examples, `mm` of rain, or none", since=2)] = "%"
    backend: Annotated[Text, Field("the backend's name")]
    backend_alias: Annotated[
        Text | None,
        Field(
            "the arm's name where it is not its backend's: it has an environment or options of its own, or is the "
            "second of `--aa`",
            since=2,
        ),
    ] = None
    aa_of: Annotated[Text | None, Field("under `--aa` the arm behind a second name", since=2)] = None
    asked: Annotated[
        Text | None, Field("what `--backend` was given for it, where that is no plain backend", since=2)
    ] = None
    stack: Annotated[str, Field("the backend's Keras and framework, in words")] = ""
    run: Annotated[Whole, Field("number of the run; runs of one number are a block")]
    seed: Annotated[Count | None, Field("the seed of its worker")] = None
    order_seed: Annotated[Count | None, Field("the seed of the blocks' orders")] = None
    block_order: Annotated[list[str], Field("the backends of the block in the order measured")] = []
    block_position: Annotated[Whole | None, Field("this one's place in it, from 1")] = None
    turns: Annotated[
        Turns | None,
        Field("`alternate`: the block's arms trained in turns; `sequential`: one after the other"),
    ] = None
    profile: Annotated[str, Field("the profile")] = ""
    measure: Annotated[
        Measure,
        Field("what its rounds are: `train`, or `predict`, the [forward pass alone](inference.md)", since=2),
    ] = "train"
    overridden: Annotated[
        dict[str, Any], Field("the study's settings that the user replaced; its training by `measure`, too")
    ] = {}
    precision: Annotated[Number | None, Field("with `--precision`: the half-width asked for, as a share")] = None
    pilot: Annotated[bool | None, Field("whether the run is the pilot's of `--precision`, and so in no ratio")] = None
    batch_size: Annotated[Whole | None, Field("examples of a mini-batch")] = None
    warmup: Annotated[Count | None, Field("epochs before the rounds")] = None
    rounds: Annotated[Count | None, Field("rounds")] = None
    threads: Annotated[Whole | None, Field("threads that it was given")] = None
    options: Annotated[
        dict[str, Any],
        Field(
            "the options that workers got: jit, TF32, the mended update race, `--steady`, and where an arm was given "
            "them, `steps_per_execution`, `policy`, `compile`, `idiom` and `gates`",
            since=2,
        ),
    ] = {}
    own_options: Annotated[
        dict[str, Any], Field("those of them, and threads, that were given to this arm alone", since=2)
    ] = {}
    machine: Annotated[dict[str, Any], Field("the machine that it was measured on", since=2)] = {}
    node: Annotated[
        str | None, Field("with `--engine=slurm`: the [cluster](clusters.md)'s name for that machine", since=2)
    ] = None
    commit: Annotated[str | None, Field("the state of this suite", since=2)] = None
    started: Annotated[str, Field("local time of its start")] = ""
    harness: Annotated[
        dict[str, Any],
        Field(
            "the suite's own cost in this session, measured before its first benchmark with a worker that does "
            "nothing: `gate_s` (host's less worker's time of a round, median of 100), `gate_largest_s`, "
            "`memory_meter_s` (reading the high-water mark), `clock_s`, `host_snapshot_s`, `start_s` (a process)",
            "s",
        ),
    ] = {}

    doctor: Annotated[
        dict[str, Any],
        Field(
            "the rates of a known product and convolution in this session, with `--doctor`: `product_gflops`, "
            "`convolution_gflops` (this arm's), `fastest_product_gflops` (of all arms, and on processors NumPy's)",
            "GFLOP/s",
            since=2,
        ),
    ] = {}


class Ended(Planned, kw_only=True):
    """How the benchmark ended, and what the machine did meanwhile."""

    where: ClassVar[tuple[str, ...]] = (
        "fixtures/run/measure.py",
        "fixtures/run/surroundings.py",
        "fixtures/pytest_plugin/blocks.py",
    )
    outcome: Annotated[Outcome, Field("see [outcomes](measuring.md#outcomes)")] = "crash"  # until it ends otherwise
    reason: Annotated[str, Field("why, unless `ok`")] = ""
    stderr: Annotated[list[str], Field("the worker's last lines, unless `ok`")] = []
    busy: Annotated[
        str | None, Field("with `--on-busy=fail`, where it was not measured: how others used the machine")
    ] = None
    not_resumed: Annotated[str | None, Field("why a checkpoint was of no use")] = None
    alone: Annotated[str | None, Field("why it was measured alone, though its block was to take turns")] = None
    block: Annotated[str | None, Field("local time at which its block began: those of one time trained in turns")] = (
        None
    )
    turn_orders: Annotated[list[list[str]], Field("the order of arms in each turn of the block")] = []
    resting_s: Annotated[Seconds | None, Field("time in which others had their turn", "s")] = None
    resting_processor_s: Annotated[Seconds | None, Field("processor time that it used meanwhile", "s")] = None
    waited_s: Annotated[Seconds | None, Field("how long the device was waited for, by `--on-busy=wait`", "s")] = None
    gpu_warmup: Annotated[
        dict[str, Any],
        Field(
            "before the block, [on a GPU](gpu.md#clocks): `arm`, on which it computed products until its clock stood "
            "still; `clocks_mhz`: the clock meanwhile; `steady`: whether it stood still in time; `seconds`; `problem`: "
            "why there was none; empty where the card had just computed",
            since=2,
        ),
    ] = {}
    wall_s: Annotated[Seconds | None, Field("the whole benchmark by the host", "s")] = None
    to_first_step_s: Annotated[
        Seconds | None,
        Field("from the worker's start until it is ready for its first epoch, by the host", "s"),
    ] = None
    first_step: Annotated[str | None, Field("local time at which it was ready")] = None
    host_before: Annotated[
        dict[str, Any],
        Field(
            "around the benchmark: load, free memory, stolen time, frequency, swapping, slow-downs for heat, battery; "
            "`exchange_ns`: in which two of the worker's processors pass a value there and back; `loop_us`: of a fixed "
            "loop on the slower of them",
        ),
    ] = {}
    host_after: Annotated[dict[str, Any], Field("the same afterwards")] = {}
    foreign_processors: Annotated[
        Number | None, Field("how many of the worker's processors others used meanwhile, on average")
    ] = None
    flags: Annotated[
        list[Flag],
        Field("doubts about the result: code, sentence, link to [its explanation](comparing.md#flags)"),
    ] = []


class Provided(Ended, kw_only=True):
    """The environment and the data that it was measured with."""

    where: ClassVar[tuple[str, ...]] = ("fixtures/run/job.py",)
    device: Annotated[Text | None, Field("where it computed: `cpu` or `gpu`")] = None
    cuda: Annotated[
        Whole | None, Field("the major version of CUDA in the backend's packages, where these are for GPUs", since=2)
    ] = None
    environment: Annotated[
        Text | None,
        Field(
            "hash of the backend's pins, interpreter and native libraries; of a user's own interpreter: of its path, "
            "version, packages and the variables handed on"
        ),
    ] = None
    interpreter: Annotated[Text | None, Field("the path of the user's own interpreter, where it is one", since=2)] = (
        None
    )
    handed_on: Annotated[
        dict[str, str], Field("the variables that such an interpreter got of its owner's", since=2)
    ] = {}
    data: Annotated[Text | None, Field("`real`, `real-subset` or `synthetic`")] = None
    data_source: Annotated[str | None, Field("where the data are from")] = None
    data_fingerprint: Annotated[str | None, Field("key of their cache")] = None
    memory_limit: Annotated[
        dict[str, Any],
        Field(
            "`--memory-limit`, and who kept it: `group`, `data` or `framework` ([faults](faults.md#a-limit-on-memory))",
            "MiB",
        ),
    ] = {}


class Built(Provided, kw_only=True):
    """The worker's description of itself and of the network that it built."""

    where: ClassVar[tuple[str, ...]] = ("fixtures/run/trainer.py",)
    import_s: Annotated[Seconds | None, Field("importing the framework and Keras", "s")] = None
    versions: Annotated[dict[str, str | None], Field("versions of its packages")] = {}
    python: Annotated[str | None, Field("version of its interpreter")] = None
    blas: Annotated[str | None, Field("the library of its products")] = None
    threads_in_force: Annotated[Count | None, Field("threads as the framework says, where it does")] = None
    processors: Annotated[list[Count], Field("the processors that it may use")] = []
    network: Annotated[
        str | None,
        Field("`none`: the worker had left the network; `host`: this system did not let it ([security](security.md))"),
    ] = None
    build_s: Annotated[Seconds | None, Field("building the network", "s")] = None
    jit: Annotated[str | None, Field("jit as it was resolved")] = None
    layers: Annotated[list[str], Field("the layers of the built network")] = []
    examples: Annotated[Whole | None, Field("training examples of an epoch")] = None
    params: Annotated[Whole | None, Field("parameters of the built network, as the worker counted them")] = None
    params_trainable: Annotated[Count | None, Field("those that are trained")] = None
    batches: Annotated[Whole | None, Field("mini-batches of an epoch")] = None
    multiply_adds: Annotated[
        Count | None,
        Field(
            "of a training step for each example, with `--measure=predict` of a forward pass: products with weights, "
            "by the layers' arithmetic"
        ),
    ] = None
    memory_peak_was_reset: Annotated[bool | None, Field("whether the kernel let the high-water mark be reset")] = None
    memory_baseline_mib: Annotated[Mebibytes | None, Field("memory before training", "MiB")] = None


class Trained(Built, kw_only=True):
    """The training, epoch by epoch."""

    where: ClassVar[tuple[str, ...]] = ("fixtures/run/trainer.py",)
    first_epoch_s: Annotated[Duration | None, Field("first epoch, with compilation", "s")] = None
    warmup_s: Annotated[list[Seconds], Field("every warm-up", "s")] = []
    rounds_s: Annotated[list[Duration], Field("every round: wall time by the worker", "s")] = []
    settling_s: Annotated[list[Seconds], Field("the first epoch of each turn, where it doesn't count", "s")] = []
    rounds_turns: Annotated[list[Count], Field("the turn of every round, from 0; empty without turns")] = []
    rounds_processor_s: Annotated[list[Seconds], Field("every round: processor time", "s")] = []
    rounds_host_s: Annotated[list[Seconds], Field("every round: wall time by the host", "s")] = []
    rounds_fetched_mib: Annotated[
        list[Number | None],
        Field(
            "memory that each round asked the kernel for, "
            "[also in place of memory that it gave back](measuring.md#what-makes-times-jump)",
            "MiB",
        ),
    ] = []
    rounds_joules: Annotated[
        list[Number | None],
        Field("energy of each round by the device's own counter, [where it has one](gpu.md#energy)", "J", since=2),
    ] = []
    energy_kind: Annotated[
        Text | None,
        Field(
            "whose that is: `gpu_counter`, `gpu_power` (sampled), `cpu_packages`; see [energy](gpu.md#energy)", since=2
        ),
    ] = None
    rounds_sm_clock_mhz: Annotated[
        list[Number | None], Field("on a GPU, every round: the median clock of its processors", "MHz", since=2)
    ] = []
    losses: Annotated[list[Number | None], Field("training loss of each epoch, penalties included")] = []
    memory_kind: Annotated[
        Text | None, Field("see [memory](measuring.md#memory): `cpu_resident`, `gpu_process`, `gpu_device_difference`")
    ] = None
    peak_memory_mib: Annotated[Memory | None, Field("see [memory](measuring.md#memory)", "MiB")] = None
    resumed: Annotated[
        list[dict[str, Any]],
        Field("segments of a training that [was taken up](long-runs.md#checkpoints): start, epochs, seconds, memory"),
    ] = []
    resumed_exactly: Annotated[bool | None, Field("whether everything could be put back")] = None
    restore_s: Annotated[Seconds | None, Field("taking up the state", "s")] = None
    checkpoints: Annotated[Count | None, Field("how many were saved")] = None
    checkpoints_s: Annotated[Seconds | None, Field("their time between the rounds", "s")] = None
    checkpoint_problem: Annotated[str | None, Field("why there is none")] = None
    gpu_conditions: Annotated[
        dict[str, Any],
        Field(
            "on a GPU, at the end of the rounds: `sm_clock_mhz` (MHz), `temperature_c` (°C), `throttle_reasons` "
            "(NVML's bits), `foreign_processes` (how many others use it); null: not known"
        ),
    ] = {}


class Evaluated(Trained, kw_only=True):
    """The worker's results after the training."""

    where: ClassVar[tuple[str, ...]] = ("fixtures/run/trainer.py", "fixtures/run/predictor.py")
    allocator_peak_mib: Annotated[Mebibytes | None, Field("the framework's own figure, where it has one", "MiB")] = None
    train_loss: Annotated[Number | None, Field("by `evaluate`, after training")] = None
    test_loss: Annotated[Number | None, Field("by `evaluate`, after training")] = None
    train_error: Annotated[Number | None, Field("by `evaluate`, after training", "%, or mm")] = None
    test_error: Annotated[Number | None, Field("by `evaluate`, after training", "%, or mm")] = None
    train_examples: Annotated[Count | None, Field("how many examples the training error is of")] = None
    test_examples: Annotated[Count | None, Field("how many examples the test error is of")] = None
    evaluation_s: Annotated[Seconds | None, Field("time of evaluation", "s")] = None
    short_batches: Annotated[
        Count | None,
        Field(
            "mini-batches of the shorter epochs that show the cost of an epoch apart from them; 0 where an epoch takes "
            "more than 2 s"
        ),
    ] = None
    short_rounds_s: Annotated[list[Duration], Field("times of those shorter epochs", "s")] = []
    outputs: Annotated[
        list[Number],
        Field("with `--measure=predict`: the first values that it predicted, from its first weights", since=2),
    ] = []


class Derived(Evaluated, kw_only=True):
    """Figures that follow from all of the above."""

    where: ClassVar[tuple[str, ...]] = ("fixtures/run/trainer.py", "analysis/totals.py")
    epoch_s: Annotated[Duration | None, Field("median round", "s")] = None
    batch_ms: Annotated[Duration | None, Field("the same per mini-batch", "ms")] = None
    example_ms: Annotated[Duration | None, Field("the same per example", "ms", since=2)] = None
    examples_per_s: Annotated[Duration | None, Field("the same as a rate", "1/s")] = None
    gflops: Annotated[
        Number | None, Field("the rate of these products: two operations for each multiply-add", "GFLOP/s")
    ] = None
    machine_share: Annotated[
        Number | None, Field("that rate over the doctor's fastest product: 1 is all that the machine gave", since=2)
    ] = None
    harness_overhead_s: Annotated[
        Number | None, Field("median of the host's rounds less that of the worker's", "s")
    ] = None
    joules_per_epoch: Annotated[Number | None, Field("mean energy of a round", "J", since=2)] = None
    joules_per_example: Annotated[Number | None, Field("the same per training example", "J", since=2)] = None
    training_memory_mib: Annotated[Number | None, Field("memory that the rounds added", "MiB")] = None
    measured_total_s: Annotated[Duration | None, Field("the study's schedule, really run", "s")] = None
    projected_total_s: Annotated[Duration | None, Field("the study's schedule, from the steady rate", "s")] = None
    projected_low_s: Annotated[Number | None, Field("its interval, from the rounds of this run", "s")] = None
    projected_high_s: Annotated[Number | None, Field("the same", "s")] = None


class Printed(Derived, kw_only=True):
    """Fields that only the study's own results have."""

    where: ClassVar[tuple[str, ...]] = ("study/saved_run.py",)
    candidates: Annotated[list[str], Field("points that the study's row may be of")] = []
    runs_printed: Annotated[Whole | None, Field("how many runs the study's figure is the mean of")] = None
    spread_total_s: Annotated[Seconds | None, Field("the spread that the study prints", "s")] = None
    epoch_s_basis: Annotated[str | None, Field("that `epoch_s` is derived from a printed total")] = None
