"""`python -m reports compare`: ratios of backends or of saved runs, and a gate for CI."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from analysis import format as fmt
from analysis import lost, naming, noise_floor, saved_runs
from analysis.comparison import Comparison, compare
from analysis.pairs import By
from analysis.record import Record
from analysis.saved_runs import Saved
from analysis.slowdowns import Slowdowns, slowdowns
from reports import arms
from reports.commands.common import Exit
from reports.tables import all_pairs, exports, ratios, writing
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
    parser.add_argument("--by", choices=("backend", "run", "point"), help="what stands beside each other")
    parser.add_argument("--baseline", metavar="NAME", help="the backend or the run that ratios refer to")
    parser.add_argument("--format", choices=("text", "markdown", "csv", "json"), default="text")
    parser.add_argument(
        "--fail-above", type=_percent, metavar="PERCENT",
        help="fail where something takes longer by more, such as 5%%, or has no result any more",
    )  # fmt: skip
    parser.add_argument(
        "--pairs", action="store_true", help="the ratios of all pairs, in one more table for each group"
    )
    parser.add_argument("--study", action="store_true", help="the study's own ratios beside ours")


def main(options: argparse.Namespace) -> Exit:
    """Compare, print, and say by the exit code how it ended."""
    chosen = saved_runs.choose(options.runs, options.root)
    by: By = options.by or ("run" if len(chosen) > 1 else "backend")
    records = [each for saved in chosen for each in saved.records]
    baselines = _baselines(options.baseline, by, chosen, records)
    floors = noise_floor.of_records(records, options.root)
    comparison = compare(records, by, baselines, floors, _latest_environments(options.root))
    if options.format in ("csv", "json") or _has_rows_to_show(comparison):
        with suppress(BrokenPipeError):  # the exit code counts, also where nobody reads the tables to their end
            print(_rendered(comparison, options.format, options.study, options.pairs))
    return _ended(comparison, options.fail_above)


def _has_rows_to_show(comparison: Comparison) -> bool:
    """Whether any row has a ratio, or says what was lost or why it can't be compared."""
    return any(
        row.speed_up or row.verdict == "not comparable" or (row in comparison.lost and row.records)
        for row in comparison.rows
    )


def _baselines(wanted: str | None, by: By, chosen: Sequence[Saved], records: Sequence[Record]) -> list[str]:
    """The baselines by preference; raises RunProblem where the one that the user names is not there, or ambiguous."""
    named = {"backend": (each.arm for each in records), "point": (each.group for each in records)}
    names = list(dict.fromkeys(named.get(by) or (saved.name for saved in chosen)))
    if wanted is None:
        return arms.baselines(records) if by == "backend" else names
    wanted = arms.named(wanted, records) if by == "backend" else wanted
    fitting = [wanted] if wanted in names else []
    if by == "run" and not fitting:
        fitting = [saved.name for saved in chosen if naming.goes_by(saved.path, wanted)]
    if len(fitting) != 1:
        problem = "are several such runs" if fitting else f"is no such {by}"
        raise saved_runs.RunProblem(
            f"--baseline={wanted}: there {problem} in what is compared: {', '.join(fitting or names)}"
        )
    return [*fitting, *(name for name in names if name not in fitting)] if by == "run" else fitting


def _latest_environments(root: Path) -> dict[str, str]:
    """The fingerprint of each arm's packages in its last saved run."""
    latest: dict[str, str] = {}
    for saved in saved_runs.everything(root)[0]:
        latest |= {each.arm: each.environment for each in saved.records if each.environment}
    return latest


def _rendered(comparison: Comparison, style: str, study: bool, pairs: bool) -> str:
    printed = printed_speed_up if study else None
    if style == "csv":
        return exports.as_csv(comparison, printed).rstrip()
    if style == "json":
        return exports.as_json(comparison, printed)
    written = writing.MARKDOWN if style == "markdown" else writing.PLAIN
    tables = [ratios.text(comparison, written, printed), all_pairs.text(comparison, written) if pairs else ""]
    return "\n\n".join(filter(None, tables))


def _ended(comparison: Comparison, limit: float | None) -> Exit:
    """The exit code, with the reason on standard error for whoever reads the log."""
    unlike = [row for row in comparison.rows if row.verdict == "not comparable"]
    if limit is not None and (faults := [*_faults(comparison, limit)]):
        return _say(Exit.REGRESSED, *faults)
    if not comparison.compared and unlike:
        return _say(Exit.NOT_COMPARABLE, f"not comparable: {unlike[0].group}, {unlike[0].arm}: {unlike[0].reason}")
    if not comparison.compared:
        nothing = "nothing to compare: no group has complete results of two sides"
        return _say(Exit.NOTHING, nothing, *_uncompared(comparison))
    if limit is None:
        return Exit.FINE
    if unlike:
        return _say(Exit.NOT_COMPARABLE, f"{len(unlike)} of {len(comparison.rows)} results can't be compared")
    _say(Exit.FINE, *(f"not judged: {text}" for text in lost.failed(comparison, NAMED)))
    result = slowdowns(comparison, limit)
    if result.smallest > limit:
        remedy = "more --runs help" if result.smallest > result.floor else "that is the noise floor of this machine"
        _say(Exit.FINE, f"passed, but some rows would only have shown a slowdown of {_smallest(result)}: {remedy}")
    return Exit.FINE


def _faults(comparison: Comparison, limit: float) -> Iterator[str]:
    """The reasons why --fail-above fails: lost results, and slowdowns beyond the limit."""
    yield from (f"lost: {text}" for text in lost.missing(comparison, NAMED))
    if beyond := slowdowns(comparison, limit).beyond:
        slower = ", ".join(f"{row.group}, {row.arm}: speed-up {fmt.ratio(row.speed_up)}" for row in beyond)
        yield f"slower by more than {fmt.share(limit)}: {slower}"


def _uncompared(comparison: Comparison) -> Iterator[str]:
    """The results that there are where none of them can be compared."""
    for sentences in (lost.missing, lost.new, lost.failed):
        yield from (f"    {text}" for text in sentences(comparison, NAMED))
    yield "`python -m reports show RUN` tells what a run holds"


def _smallest(result: Slowdowns) -> str:
    return "any size never (one run)" if math.isinf(result.smallest) else fmt.share(result.smallest)


def _say(code: Exit, *texts: str) -> Exit:
    for text in texts:
        print(text, file=sys.stderr)
    return code
