"""Charts as inline SVG: no script, no style attribute (the policy forbids both), colours by class, words for those who
do not see them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markupsafe import Markup

SPARK_WIDTH, SPARK_HEIGHT = 120, 24
BAR_GAP = 0.25
"""Share of a bar's place that stays empty."""


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
    """Return a chart of posts per month with its years below it. Months as in ``spark``."""
    width, height, axis = 720, 110, 18
    most = max((month["articles"] for month in months), default=0) or 1
    place = width / max(1, len(months))
    bars = [
        _bar(
            position * place,
            height - month["articles"] / most * height,
            max(0.5, place * (1 - BAR_GAP)),
            month["articles"] / most * height,
            "bar",
            f"{month['month']}: {month['articles']}",
        )
        for position, month in enumerate(months)
        if month["articles"]
    ]
    years = _years(months, place)
    return Markup(  # noqa: S704  (numbers and an escaped label)
        f'<svg class="chart" viewBox="0 -14 {width} {height + axis + 14}" role="img" aria-label="{escape(label)}">'
        f'<text class="tick" x="0" y="-4">{most} a month at most</text>'
        f'<line class="axis" x1="0" y1="{height}" x2="{width}" y2="{height}"/>{"".join(bars)}{years}</svg>'
    )


def _years(months: Sequence[Mapping[str, Any]], place: float) -> str:
    """Return the labels of the Januaries, as many as there is room for."""
    room = 44
    out, free_from = [], 0.0
    for position, month in enumerate(months):
        x = position * place
        is_first = position == 0 or month["month"].endswith("-01")
        if is_first and x >= free_from and x + room * 0.7 <= place * len(months):
            out.append(f'<text class="tick" x="{x:.1f}" y="125">{escape(month["month"][:4])}</text>')
            free_from = x + room
    return "".join(out)


RUN_PARTS = ("new", "changed", "failed")
"""What a run's bar is made of, from the ground up."""


def runs_chart(runs: Sequence[Mapping[str, Any]], label: str) -> Markup:
    """Return a chart of what each of *runs* brought (``id``, ``new``, ``changed``, ``failed``), oldest first."""
    width, height = 720, 110
    most = max((sum(run[part] for part in RUN_PARTS) for run in runs), default=0) or 1
    place = min(width / max(1, len(runs)), 48.0)
    bars = []
    for position, run in enumerate(runs):
        y = float(height)
        for part in RUN_PARTS:
            tall = run[part] / most * height
            y -= tall
            if tall:
                told = f"run {run['id']}: {run[part]} {part}"
                bars.append(_bar(position * place, y, place * (1 - BAR_GAP), tall, f"bar {part}", told))
        if y == height:
            bars.append(_bar(position * place, height - 1, place * (1 - BAR_GAP), 1, "bar none", f"run {run['id']}"))
    return Markup(  # noqa: S704  (numbers and an escaped label)
        f'<svg class="chart" viewBox="0 -14 {width} {height + 30}" role="img" aria-label="{escape(label)}">'
        f'<text class="tick" x="0" y="-4">{most:,} articles in one run at most</text>'
        f'<line class="axis" x1="0" y1="{height}" x2="{width}" y2="{height}"/>{"".join(bars)}</svg>'
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
