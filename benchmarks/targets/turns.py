"""Blocks in turns beside one backend after the other, in the same minutes, on a quiet machine.

    python -m benchmarks.targets.turns [POINT...] [--blocks=3] [--rounds=9] [--backend=NAMES] [--threads=N] [--steady]

Each run number is measured both ways, in an order that is drawn. For each point it prints every backend's median epoch
in turns over that one after the other, with its interval (the same quantity: within 5 %), and how much the log ratios
of all pairs differ between blocks either way. Without POINTs it takes the three networks of the short comparison.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
import random
import statistics
from collections.abc import Iterable, Sequence

from analysis import format as fmt
from analysis.pairs import ratio, rounds_in_turns
from analysis.record import Record
from fixtures.backends import arms
from fixtures.machine.processors import available_processors
from fixtures.run.job import Job
from fixtures.run.measure import Arm, measure_block
from fixtures.session.description import described
from fixtures.session.provider import Provider, for_command
from fixtures.session.round_sizes import RoundSizes
from fixtures.session.settings import Settings
from models.catalogue import points
from models.point import Point

TARGET = 0.05


def block(provider: Provider, point: Point, run: int, design: str, rounds: int, examples: int) -> list[Record]:
    """Measure a block by one of the designs. examples: of an epoch."""
    settings = provider.settings
    plan = dataclasses.replace(settings.plan(point), rounds=rounds).sized(examples, point.training.examples)

    def arm(name: str) -> Arm:
        def provide(record: Record) -> Job:
            return provider.job(point, name, run, plan)

        return Arm(described(settings, plan, point, name, run), provide)

    made = [arm(name) for name in random.Random(run).sample(settings.backends, len(settings.backends))]
    groups = [made] if design == "alternate" else [[each] for each in made]
    for each in groups:
        measure_block(each, random.Random(run))
    return [each.record for each in made if each.record.ok]


def spread(records: Iterable[Record]) -> float | None:
    """The geometric mean over all pairs of the standard deviation of their log ratios between blocks."""
    blocks: dict[int, dict[str, Record]] = {}
    for each in records:
        blocks.setdefault(each.run, {})[each.arm] = each
    logs: dict[tuple[str, str], list[float]] = {}
    for arms_ in blocks.values():
        for pair in itertools.combinations(sorted(arms_), 2):
            logs.setdefault(pair, []).append(math.log(rounds_in_turns(*(arms_[name] for name in pair))))
    deviations = [statistics.stdev(each) for each in logs.values() if len(each) > 1]
    return statistics.geometric_mean(deviations) if deviations and min(deviations) > 0 else None


def report(point: str, records: Sequence[Record]) -> None:
    """Print what the blocks of a point say so far."""
    designs = {name: [each for each in records if each.turns == name] for name in ("alternate", "sequential")}
    print(f"\n{point}: {len({each.run for each in records})} block(s) of each design", flush=True)
    for name in dict.fromkeys(each.arm for each in records):
        turns, after = ([each for each in designs[design] if each.arm == name] for design in designs)
        known = ratio(turns, after, "epoch_s")
        rests = [(each.resting_processor_s or 0.0) / each.resting_s for each in turns if each.resting_s]
        rest = f", {fmt.share(max(rests))} of a processor while it waited" if rests else ""
        print(f"  {name}: in turns over one after the other {fmt.ratio(known)}{rest}")
    for design, mine in designs.items():
        if (deviation := spread(mine)) is not None:
            print(f"  {design}: log ratios of pairs differ by {fmt.share(deviation)} between blocks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("points", nargs="*", metavar="POINT", default=[each.id for each in points() if each.headline])
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--backend", default="study,modern")
    parser.add_argument("--threads", type=int, default=len(available_processors()))
    parser.add_argument("--steady", action="store_true")
    options = parser.parse_args()
    try:
        chosen = arms.chosen(options.backend.split(","))
    except ValueError as error:
        parser.error(str(error))
    provider = for_command(Settings(**chosen, threads=options.threads, steady=options.steady))
    sizes = RoundSizes(provider.cache, provider.settings, provider.device)
    for name in options.points:
        if name not in provider.points:
            parser.error(f"there is no point {name}")
        point, records = provider.points[name], list[Record]()
        examples = sizes.of([point])[name] * provider.settings.batch_size_of(point)
        for run in range(1, options.blocks + 1):
            for design in random.Random(f"{name}{run}").sample(["alternate", "sequential"], 2):
                records += block(provider, point, run, design, options.rounds, examples)
            report(name, records)


if __name__ == "__main__":
    main()
