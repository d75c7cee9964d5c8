"""The day of first publication, as the page states it; None when the page states none.

Every date the page states and does not call something else is a candidate; the weights are learnt
(``data/models/published.json``). A date that is called an update is never the publication, and a bare day that is the
update's, while the head states another day of publication, is not either. That is the meaning of the two words in this
project's records; some corpora take the visible "updated" day for the publication, and lose here.
"""

from __future__ import annotations

import datetime

from scraper.article import Found
from scraper.date_labels import MODIFIED, OTHER, PUBLISHED
from scraper.datelines import MIDNIGHT_HOUR, Stated, stated
from scraper.marks import Marks
from scraper.places import COMMENTS, NEAR_ZONES, WIDGET
from scraper.ranking import Candidate, model, softmax

MAX_GIVEN = 5
"""Candidates kept as evidence."""
SURE_KINDS = frozenset(("ld", "meta:article", "itemprop:published"))
"""What a page says on purpose: such a day is answered even when the weights, learnt where the gold is what a reader
sees, would rather answer nothing."""
BOXED = "only in boxes"
BOXED_THRESHOLD = 0.35
"""Confidence from which a day that stands in cards, sidebars and comments only is answered."""
OLDEST = "1991"
"""Bare days before the first web page are history, told in the text."""
_HEAD_ZONES = ("head", "url")


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the days of publication, best first; empty when none is likely enough."""
    if marks.page.is_dump:
        return ()
    pool = candidates(marks)
    if not pool:
        return ()
    learnt = model("published")
    shares = softmax([learnt.score(candidate.features) for candidate in pool])
    ranked = sorted(zip(shares, pool, strict=True), key=lambda pair: -pair[0])
    best, top = ranked[0]
    asked = BOXED_THRESHOLD if BOXED in top.features else learnt.threshold
    if best < asked and not (top.features & SURE_KINDS):
        return ()
    return tuple(
        Found(candidate.value, candidate.source, share, candidate.raw) for share, candidate in ranked[:MAX_GIVEN]
    )


def candidates(marks: Marks) -> list[Candidate[str]]:
    """Return every distinct day that may be the publication; the value is the most precise form stated of it."""
    dates = stated(marks)
    updates = {found.day for found in dates if found.meaning == MODIFIED and found.zone in ("head", *NEAR_ZONES)}
    declared = {found.day for found in dates if found.meaning == PUBLISHED and found.kind in SURE_KINDS | {"ld-page"}}
    groups: dict[str, list[Stated]] = {}
    for found in dates:
        if found.meaning not in (MODIFIED, OTHER) and found.kind != "url-month":
            if not found.meaning and found.day in updates and declared - {found.day} and not is_midnight(found, dates):
                continue
            groups.setdefault(found.day, []).append(found)
    _merge_months(groups)
    _drop_strangers(groups)
    if not groups:
        return []
    context = _Context(dates, groups, updates, declared, marks.headline)
    return [context.candidate(day, group) for day, group in groups.items()]


def _merge_months(groups: dict[str, list[Stated]]) -> None:
    """Count a month or year as support of the one day within it, if there is one."""
    for short in [day for day in groups if len(day) < 10]:
        within = [day for day in groups if len(day) > len(short) and day.startswith(short)]
        if len(within) == 1:
            groups[within[0]] += groups.pop(short)


def _drop_strangers(groups: dict[str, list[Stated]]) -> None:
    """Take out the days that only running text tells (one in nine is the post's), and bare ones from before the web."""
    for day, group in list(groups.items()):
        is_told = all(found.kind == "prose" and not found.meaning for found in group)
        if is_told or (day < OLDEST and not any(found.meaning for found in group)):
            del groups[day]


class _Context:
    """What one day is compared with: the page's other days."""

    def __init__(
        self, dates: list[Stated], groups: dict[str, list[Stated]], updates: set[str], declared: set[str], headline: int
    ) -> None:
        self.updates = updates
        self.declared = declared
        self.headline = headline
        self.url_days = {found.day for found in dates if found.kind == "url"}
        self.url_months = {found.value for found in dates if found.kind == "url-month"}
        self.near = [found for found in dates if found.zone in NEAR_ZONES and found.meaning not in (MODIFIED, OTHER)]
        times = [found for found in dates if found.kind == "time" and found.meaning != MODIFIED]
        self.first_time = times[0].day if times else ""
        self.first_near = self.near[0].day if self.near else ""
        self.days = len(groups)
        self.earliest = min(groups)
        self.latest = max(groups)
        self.labelled_near = {found.day for found in self.near if found.meaning == PUBLISHED}

    def candidate(self, day: str, group: list[Stated]) -> Candidate[str]:
        """Return one day as a candidate."""
        best = max(group, key=lambda found: (found.kind in SURE_KINDS, found.kind == "ld-page", len(found.value)))
        longest = max((found for found in group), key=lambda found: len(found.value) if found.value[:10] == day else 0)
        value = best.value if len(best.value) > 10 else longest.value
        out = Candidate(value, best.source, best.raw)
        features = out.features
        for found in group:
            features.update(self._of_statement(found))
        features.update(self._of_day(day, group))
        return out

    def _of_statement(self, found: Stated) -> list[str]:
        if found.zone in _HEAD_ZONES:
            return [found.kind]
        label = found.meaning or "bare"
        features = [f"{found.kind}|{label}|{found.zone}", f"{label}|{found.zone}", f"zone:{found.zone}"]
        if found.kind.startswith("itemprop") and found.zone in ("near", "before", "far"):
            features.append(found.kind)
        if found.alone:
            features.append(f"alone|{found.zone}")
        if found.zone in NEAR_ZONES and self.headline >= 0:
            distance = found.block - self.headline
            if found.zone == "before":
                features.append("just above" if distance == -1 else "above")
            else:
                features.append(
                    f"near:{'0-1' if distance <= 1 else '2-3' if distance <= 3 else '4-6' if distance <= 6 else '7+'}"
                )
        return features

    def _of_day(self, day: str, group: list[Stated]) -> list[str]:
        shown = any(found.zone not in _HEAD_ZONES for found in group)
        head = any(found.zone == "head" for found in group)
        near = any(found.zone in NEAR_ZONES for found in group)
        features = [f"statements:{min(len(group), 3)}", f"days:{self.days if self.days < 4 else '4+'}"]
        if all(found.zone in (WIDGET, COMMENTS) for found in group):
            features.append(BOXED)
        if head and shown:
            features.append("head and near" if near else "head and shown")
        elif head:
            features.append("head only, near has another" if self.near else "head only")
        if day in self.url_days:
            features.append("url day")
        elif self.url_days:
            features.append("not the url's day")
        if self.url_months:
            features.append("url month" if day[:7] in self.url_months else "not the url's month")
        if day in self.updates:
            features.append("is the update")
        if self.declared and day not in self.declared:
            features.append("another is declared")
            if near and any(_days_apart(day, other) == 1 for other in self.declared):
                features.append("near, one day off the declared")
        if self.labelled_near and day not in self.labelled_near:
            features.append("another is labelled near")
        for name, which in (
            ("first near", self.first_near),
            ("first time", self.first_time),
            ("earliest", self.earliest if self.days > 1 else ""),
            ("latest", self.latest if self.days > 1 else ""),
        ):
            if day == which:
                features.append(name)
        if len(day) < 10:
            features.append("no day")
        return features


def is_midnight(shown: Stated, dates: list[Stated]) -> bool:
    """Tell whether a day shown near the headline is the next one after a declared moment late in the evening, UTC: the
    same moment, as the clocks show it where the post was written."""
    return shown.zone in NEAR_ZONES and any(
        found.meaning == PUBLISHED
        and found.kind in SURE_KINDS
        and found.value.endswith("Z")
        and found.value[len(found.day) :] >= MIDNIGHT_HOUR
        and found.day < shown.day
        and _days_apart(found.day, shown.day) == 1
        for found in dates
    )


def _days_apart(one: str, other: str) -> int:
    try:
        return abs((datetime.date.fromisoformat(one) - datetime.date.fromisoformat(other)).days)
    except ValueError:
        return 9_999
