"""`python -m reports compare`: ratios of backends or of saved runs, and a gate for CI."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis import format as fmt
from analysis import lost, naming, noise_floor, saved_runs
from analysis.comparison import Comparison, Row, compare
from analysis.pairs import By
from analysis.record import Record
from analysis.saved_runs import Saved
from analysis.statistics import t_quantile
from reports.baselines import most_measured
from reports.commands.exits import Exit
from reports.tables import exports, ratios
from reports.tables.markdown import STYLE
from study.saved_run import printed_speed_up

NAMED = 4  # groups that a line on standard error names; the tables name all
EPILOG = """RUN is a path, a name that `list` shows, its number (0003), a folder of saved runs, or `latest` (default).
One run compares its backends, several compare each backend between them, the first one being the baseline; --by
chooses. exit codes: 0 fine, 1 --fail-above was exceeded or a result is lost, 2 usage or unreadable run, 3 nothing to
compare, 4 not comparable. How ratios, intervals, verdicts and flags come about: docs/comparing.md"""


def _percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / 100
    except ValueError:
        value = -1.0
    if not (0 < value < math.inf and text.endswith("%")):
        raise argparse.ArgumentTypeError(f"'{text}' is no limit: give a percentage such as 5%")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog, parser.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument("runs", nargs="*", default=["latest"], metavar="RUN")
    parser.add_argument("--by", choices=("backend", "run"), help="what stands beside each other")
    parser.add_argument("--baseline", metavar="NAME", help="the backend or the run that ratios refer to")
    parser.add_argument("--format", choices=("text", "markdown", "csv", "json"), default="text")
    parser.add_argument(
        "--fail-above", type=_percent, metavar="PERCENT",
        help="fail where something takes longer by more, such as 5%%, or has no result any more",
    )  # fmt: skip
    parser.add_argument("--study", action="store_true", help="the study's own ratios beside ours")


def main(options: argparse.Namespace) -> Exit:
    """Compare, print, and say by the exit code how it ended."""
    chosen = saved_runs.choose(options.runs, options.root)
    by: By = options.by or ("run" if len(chosen) > 1 else "backend")
    records = [each for saved in chosen for each in saved.records]
    baselines = _baselines(options.baseline, by, chosen, records)
    found = compare(records, by, baselines, noise_floor.of_records(records, options.root), _current(options.root))
    if options.format in ("csv", "json") or _worth_a_table(found):
        with suppress(BrokenPipeError):  # the gate counts, also where nobody reads the tables to their end
            print(_rendered(found, options.format, options.study))
    return gate(found, options.fail_above)


def _worth_a_table(found: Comparison) -> bool:
    """Whether something stands beside something, were it only to say what it lost or why it can't be compared."""
    return any(
        row.speed_up or row.verdict == "not comparable" or (row in found.lost and row.records) for row in found.rows
    )


def _baselines(wanted: str | None, by: By, chosen: Sequence[Saved], records: Sequence[Record]) -> list[str]:
    """Arms by preference; raises RunProblem where the user's is none of them, or several."""
    arms = list(dict.fromkeys(each.arm for each in records)) if by == "backend" else [saved.name for saved in chosen]
    if wanted is None:
        return arms if by == "run" else most_measured(records)
    fitting = [wanted] if wanted in arms else []
    if by == "run" and not fitting:
        fitting = [saved.name for saved in chosen if naming.goes_by(saved.path, wanted)]
    if len(fitting) != 1:
        what = "are several such runs" if fitting else f"is no such {by}"
        raise saved_runs.RunProblem(
            f"--baseline={wanted}: there {what} in what is compared: {', '.join(fitting or arms)}"
        )
    return [*fitting, *(arm for arm in arms if arm not in fitting)] if by == "run" else fitting


def _current(root: Path) -> dict[str, str]:
    """Each backend's packages as of its last saved run."""
    found: dict[str, str] = {}
    for saved in saved_runs.everything(root)[0]:
        found |= {each.backend: used for each in saved.records if (used := each.environment)}
    return found


def _rendered(found: Comparison, style: str, study: bool) -> str:
    printed = printed_speed_up if study else None
    if style == "csv":
        return exports.as_csv(found, printed).rstrip()
    if style == "json":
        return exports.as_json(found, printed)
    return ratios.text(found, STYLE if style == "markdown" else "simple", printed)


@dataclass(frozen=True)
class Gate:
    """What a limit on slowdowns says. blind: the slowdown that the least precise row would have needed to count;
    floor: the part of it that this machine's noise takes, which more runs don't change.
    """

    regressed: tuple[Row, ...]
    blind: float
    floor: float


def check(found: Comparison, limit: float) -> Gate:
    """The rows that take longer by more than `limit`, by a verdict that stands among all rows (Holm)."""
    regressed = [row for row in found.compared if row.speed_up and row.stands and row.speed_up.value < 1 / (1 + limit)]
    floor = max((math.expm1(found.floors.get(row.family, 0.0)) for row in found.compared), default=0.0)
    needed = max((_needed(row, len(found.compared)) for row in found.compared), default=math.nan)
    return Gate(tuple(regressed), max(needed, floor), floor)


def _needed(row: Row, verdicts: int) -> float:
    """The smallest slowdown that would be called significant if it were the largest of so many."""
    if row.speed_up is None or math.isnan(row.speed_up.spread):
        return math.inf
    return math.expm1(t_quantile(row.speed_up.freedom, 1 - 0.05 / verdicts) * row.speed_up.spread)


def gate(found: Comparison, limit: float | None) -> Exit:
    """The exit code, and for whoever reads the log what it is about."""
    unlike = [row for row in found.rows if row.verdict == "not comparable"]
    if limit is not None and (faults := [*_faults(found, limit)]):
        return _say(Exit.REGRESSED, *faults)
    if not found.compared and unlike:
        return _say(Exit.NOT_COMPARABLE, f"not comparable: {unlike[0].group}, {unlike[0].arm}: {unlike[0].reason}")
    if not found.compared:
        return _say(Exit.NOTHING, "nothing to compare: no group has complete results of two sides", *_alone(found))
    if limit is None:
        return Exit.FINE
    if unlike:
        return _say(Exit.NOT_COMPARABLE, f"{len(unlike)} of {len(found.rows)} results can't be compared")
    _say(Exit.FINE, *(f"not judged: {text}" for text in lost.failed(found, NAMED)))
    result = check(found, limit)
    if result.blind > limit:
        remedy = "more --runs help" if result.blind > result.floor else "that is the noise floor of this machine"
        _say(Exit.FINE, f"passed, but some rows would only have shown a slowdown of {_blind(result)}: {remedy}")
    return Exit.FINE


def _faults(found: Comparison, limit: float) -> Iterator[str]:
    """Why a gate fails."""
    yield from (f"lost: {text}" for text in lost.told(found, NAMED))
    if regressed := check(found, limit).regressed:
        slower = ", ".join(f"{row.group}, {row.arm}: speed-up {fmt.ratio(row.speed_up)}" for row in regressed)
        yield f"slower by more than {fmt.share(limit)}: {slower}"


def _alone(found: Comparison) -> Iterator[str]:
    """What there is in place of a comparison."""
    yield from (
        f"    {text}" for text in (*lost.told(found, NAMED), *lost.new(found, NAMED), *lost.failed(found, NAMED))
    )
    yield "`python -m reports show RUN` tells what a run holds"


def _blind(result: Gate) -> str:
    return "any size never (one run)" if math.isinf(result.blind) else fmt.share(result.blind)


def _say(code: Exit, *texts: str) -> Exit:
    for text in texts:
        print(text, file=sys.stderr)
    return code
