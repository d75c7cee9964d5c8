"""Charts as inline SVG: no script, no style attribute (the policy forbids both), colours by class, words for those who
do not see them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markupsafe import Markup

SPARK_WIDTH, SPARK_HEIGHT = 120, 24
HEIGHT = 100
BAR_GAP = 0.25
"""Share of a bar's place that stays empty."""
SIZES = ((" few", 12), (" some", 48))
"""Class of a chart → bars up to which it has that width, the first that fits."""


def _bar(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    words = f"<title>{escape(title, quote=False)}</title>" if title else ""
    return f'<rect class="{kind}" x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}">{words}</rect>'


def spark(months: Sequence[Mapping[str, Any]], label: str) -> Markup:
    """Return a small chart of posts per month, without axes. *months*: ``{"month", "articles"}`` in order, no gaps.

    >>> "<path" in spark([{"month": "2021-07", "articles": 3}], "Posts a month")
    True
    """
    most = max((month["articles"] for month in months), default=0) or 1
    place = SPARK_WIDTH / max(1, len(months))
    # one path instead of a rectangle a month: a long list of sites has a spark in each line
    path = "".join(
        f"M{position * place:.1f} {SPARK_HEIGHT}v-{max(1.0, count / most * SPARK_HEIGHT):.1f}"
        f"h{place * (1 - BAR_GAP):.1f}V{SPARK_HEIGHT}z"
        for position, count in enumerate(month["articles"] for month in months)
        if count
    )
    return Markup(  # noqa: S704  (numbers and an escaped label)
        f'<svg class="spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}"><path d="{path}"/></svg>'
    )


def timeline(months: Sequence[Mapping[str, Any]], label: str) -> Markup:
    """Return a chart of posts per month, a line at every January. Months as in ``spark``."""
    most = max((month["articles"] for month in months), default=0) or 1
    bars = [
        _bar(
            position,
            HEIGHT - month["articles"] / most * HEIGHT,
            1 - BAR_GAP,
            month["articles"] / most * HEIGHT,
            "bar",
            f"{month['month']}: {month['articles']}",
        )
        for position, month in enumerate(months)
        if month["articles"]
    ]
    years = [
        f'<rect class="year" x="{position - BAR_GAP / 2:.2f}" width="{BAR_GAP / 3:.2f}" height="{HEIGHT}"/>'
        for position, month in enumerate(months)
        if position and month["month"].endswith("-01")
    ]
    ends = (months[0]["month"], months[-1]["month"]) if months else ("", "")
    return _chart(len(months), "".join(years + bars), label, f"{most:,} a month at most", ends)


FEWEST_RUNS = 12
"""Room for so many runs is left: the first one is not to look like the end of the world."""
RUN_PARTS = ("new", "changed", "failed")
"""What a run's bar is made of, from the ground up."""


def runs_chart(runs: Sequence[Mapping[str, Any]], label: str) -> Markup:
    """Return a chart of what each of *runs* brought (``id``, ``new``, ``changed``, ``failed``), oldest first."""
    most = max((sum(run[part] for part in RUN_PARTS) for run in runs), default=0) or 1
    bars = []
    for position, run in enumerate(runs):
        y = float(HEIGHT)
        for part in RUN_PARTS:
            tall = run[part] / most * HEIGHT
            y -= tall
            if tall:
                told = f"run {run['id']}: {run[part]:,} {part}"
                bars.append(_bar(position, y, 1 - BAR_GAP, tall, f"bar {part}", told))
        if y == HEIGHT:
            bars.append(_bar(position, HEIGHT - 1, 1 - BAR_GAP, 1, "bar none", f"run {run['id']}: nothing"))
    ends = (f"run {runs[0]['id']}", f"run {runs[-1]['id']}") if runs else ("", "")
    return _chart(max(len(runs), FEWEST_RUNS), "".join(bars), label, f"{most:,} in one run at most", ends)


def _chart(bars: int, drawn: str, label: str, most: str, ends: tuple[str, str]) -> Markup:
    """Return bars of one unit's width each with their scale in words around them.

    The drawing is stretched to the width there is, the words are not; a few bars are not stretched out of all measure.
    """
    size = next((name for name, most_bars in SIZES if bars <= most_bars), "")
    last = f"<span>{escape(ends[1])}</span>" if ends[1] != ends[0] else ""
    return Markup(  # noqa: S704  (numbers and escaped words)
        f'<div class="chart{size}"><p class="tick">{escape(most)}</p>'
        f'<svg viewBox="0 0 {max(1, bars)} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}">{drawn}</svg>'
        f'<p class="tick ends"><span>{escape(ends[0])}</span>{last}</p></div>'
    )


def meter(share: float | None, label: str) -> Markup:
    """Return a bar filled to *share* (0–1); nothing for None."""
    if share is None:
        return Markup("")
    filled = max(0.0, min(1.0, share)) * 100
    return Markup(  # noqa: S704  (numbers and an escaped label)
        f'<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f'<rect class="meter-all" width="100" height="6"/><rect class="bar" width="{filled:.1f}" height="6"/></svg>'
    )
