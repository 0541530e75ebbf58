"""The page: the template joins its parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

import study
from analysis import causes, noise_floor
from analysis.comparison import compare
from analysis.newest import Newest
from analysis.record import Record
from reports.arms import baselines, ordered
from reports.figures import own_sweeps, shares
from reports.figures.charts import AXES
from reports.figures.sweeps import charts
from reports.html import answer, origin, raw, study_tables
from reports.tables import claims
from study import tested_claims

ASSETS = files(__package__)


def render(newest: Newest, notes: Sequence[str], baseline: str | None, root: Path) -> str:
    """The whole report as one HTML text. notes: about runs that were left out. root: the folder of saved runs."""
    records = newest.records()
    opening = answer.answer(records, baseline, noise_floor.of_records(records, root))
    preferred = baselines(records, opening.baseline or baseline)
    own = own_sweeps.charts(newest)
    of_study = [*charts(newest, next(iter(preferred), None)), *shares.charts(newest)]
    drawn = [*of_study, *own]
    common, compared = causes.hoisted(compare(records, "backend", preferred))
    checked = [tested_claims.check(claim, newest) for claim in study.claims()]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    context = {
        "answer": opening,
        "baseline": next(iter(preferred), ""),
        "arms": ordered(newest.arms),
        "of_study": not own or any(each.measured for each in of_study),
        "labels": _labels(records),
        "notes": [*notes, *common],
        "saved": newest.saved,
        "results": sum(len(saved.records) for saved in newest.saved),
        "figures": [(raw.anchor(each), each) for each in drawn],
        "tables": study_tables.tables(compared),
        "families": list(dict.fromkeys(each.family for each in drawn)),
        "datasets": list(dict.fromkeys(each.dataset for each in drawn)),
        "axes": {name: label.split(" [")[0] for name, label in AXES.items()} | {each.axis: each.axis for each in own},
        "contradictions": study.contradictions(),
        "platform": study.platform(),
        "claims": claims.summary(checked),
        "outcomes": origin.outcomes(records),
        "flags": origin.flags(compared.rows),
        "flexibility": origin.flexibility(root),
        "provenance": origin.provenance(newest.saved),
        "facts": origin.FACTS,
        "figures_of_a_result": raw.FIGURES,
        "reproduce": list(origin.reproduce(newest.saved)),
        "drawn": _embedded(raw.drawn(drawn)),
        "raw": _embedded(raw.results(newest)),
        "style": Markup(_asset("report.css")),
        "script": Markup(_asset("report.js")),
        "plotly": Markup(_plotly()),
    }
    return environment.from_string(_asset("report.html.j2")).render(context)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _plotly() -> str:
    """Plotly's JavaScript: kept as text, and run by the page when the first figure comes into view."""
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]

    return str(get_plotlyjs())


def _embedded(value: Any) -> Markup:
    """JSON that can't end the script element that it stands in, whatever names are in it."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _labels(records: Sequence[Record]) -> list[str]:
    """Facts that a reader must know before any number: stand-in data, projections, mere trials."""
    good = [each for each in records if each.ok]
    kinds = dict.fromkeys(each.data for each in good)
    labels = [f"{kind} data" for kind in kinds if kind not in (None, "real")]
    trials = [each for each in good if each.profile == "smoke"]
    if any(each.projected_total_s is not None for each in good if each.profile != "smoke"):
        labels.append("total times are projected")
    if trials:
        labels.append("profile smoke: tried out, not timed")
    return labels
