"""Dates: machine values, dates in running text of many languages, and what is no date."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import calendars
from scraper.standards import date
from tests.shared import SHARED, needs_shared

SUITE = SHARED / "suites" / "dates" / "cases.jsonl"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2021", "2021"),
        ("2021-07", "2021-07"),
        ("2021-07-26", "2021-07-26"),
        ("2021-7-6", "2021-07-06"),
        ("20210726", "2021-07-26"),
        ("20210726T1015", "2021-07-26T10:15"),
        ("2021-07-26T10:15", "2021-07-26T10:15"),
        ("2021-07-26T10:15:30Z", "2021-07-26T10:15:30Z"),
        ("2021-07-26T10:15:30.123+0530", "2021-07-26T10:15:30+05:30"),
        ("2021-07-26 10:15:30 UTC", "2021-07-26T10:15:30Z"),
        ("2021-07-26T23:59:60-08", "2021-07-26T23:59:60-08:00"),
        ("Mon, 26 Jul 2021 10:15:30 GMT", "2021-07-26T10:15:30Z"),
        ("Mon Jul 26 10:15:30 2021", "2021-07-26"),
        ("1627294530", "2021-07-26T10:15:30Z"),
        ("1627294530000", "2021-07-26T10:15:30Z"),
        ("2021-07-26T99:15", "2021-07-26"),
    ],
)
def test_machine_values_keep_precision_and_offset(text: str, value: str) -> None:
    assert date.machine(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000-00-00 00:00:00",
        "1970-01-01T00:00:00Z",
        "0001-01-01",
        "2021-02-30",
        "2021-13-01",
        "undefined",
        "12",
        "v2",
    ],
)
def test_unset_and_impossible_machine_values_are_no_dates(text: str) -> None:
    assert date.machine(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Filed on the 3rd of May, 2019", "2019-05-03"),
        ("Nov. 9, 2020 at 6:05 pm", "2020-11-09T18:05"),
        ("am 7. Jänner 2018 um 09:30 Uhr", "2018-01-07T09:30"),
        ("1er août 2017", "2017-08-01"),
        ("15 de setembro de 2014", "2014-09-15"),
        ("2 grudnia 2016", "2016-12-02"),
        ("17 лютого 2022 р.", "2022-02-17"),
        ("3 листоп 2019", "2019-11-03"),
        ("2015. május 4.", "2015-05-04"),
        ("19 Μαρτίου 2013", "2013-03-19"),
        ("Ngày 9 tháng 6 năm 2020", "2020-06-09"),
        ("Tháng Mười Một 8, 2019", "2019-11-08"),
        ("5 ก.ย. 2019", "2019-09-05"),
        ("5 กันยายน 2562", "2019-09-05"),
        ("2018年11月2日(金) 8時05分", "2018-11-02T08:05"),
        ("令和元年5月1日", "2019-05-01"),
        ("平成30年4月2日", "2018-04-02"),
        ("2020년 2월 29일", "2020-02-29"),
        ("۱۳ شهریور ۱۳۹۰", "2011-09-04"),
        ("٢٣ مايو ٢٠١٨", "2018-05-23"),
        ("12 मार्च 2019", "2019-03-12"),
        ("31.12.2019", "2019-12-31"),
        ("2019/3/1", "2019-03-01"),
        ("26.07.21", "2021-07-26"),
        ("Jul 26 '21", "2021-07-26"),
        ("May 2020", "2020-05"),
        ("20 listopada 2010", "2010-11-20"),
    ],
)
def test_dates_of_many_languages(text: str, value: str) -> None:
    assert date.parse(text) == value


def test_a_month_that_differs_between_languages_follows_the_language() -> None:
    assert date.parse("20. listopada 2010.", lang="hr") == "2010-10-20"
    assert date.parse("20. listopadu 2010", lang="cs") == "2010-11-20"


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "3 minutes ago",
        "2021",
        "30 February 2020",
        "31/31/2020",
        "Copyright 2009–2020",
        "call +44 20 2019 2020",
        "ISBN 978-0-2019-2020-1",
        "version 10.20.2019.4",
        "NaN-NaN-NaN",
        "set 2020",
        "2020-01-01and so on",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert date.parse(text) is None


def test_several_dates_come_in_order_with_their_places() -> None:
    text = "Posted 1 May 2020, updated 2 June 2021"
    found = date.find(text)
    assert [text[one.first : one.last] for one in found] == ["1 May 2020", "2 June 2021"]
    assert [one.precision for one in found] == [date.DAY, date.DAY]


@pytest.mark.parametrize(
    ("text", "lang", "day_first", "value", "other"),
    [
        ("03/04/2021", "en", None, "2021-03-04", "2021-04-03"),
        ("03/04/2021", "en-GB", None, "2021-04-03", "2021-03-04"),
        ("03/04/2021", "fr", None, "2021-04-03", "2021-03-04"),
        ("03/04/2021", "en", True, "2021-04-03", "2021-03-04"),
        ("03.04.2021", "en-US", None, "2021-04-03", None),
        ("13/04/2021", "en-US", None, "2021-04-13", None),
        ("04/13/2021", "fr", None, "2021-04-13", None),
        ("04/04/2021", "fr", None, "2021-04-04", None),
    ],
)
def test_the_order_of_day_and_month(
    text: str, lang: str, day_first: bool | None, value: str, other: str | None
) -> None:
    (found,) = date.find(text, lang=lang, day_first=day_first)
    assert (found.value, found.other, found.ambiguous) == (value, other, other is not None)


@pytest.mark.parametrize(
    ("persian", "western"),
    [
        ((1375, 1, 1), (1996, 3, 20)),
        ((1399, 12, 30), (2021, 3, 20)),
        ((1403, 1, 1), (2024, 3, 20)),
        ((1404, 1, 1), (2025, 3, 21)),
    ],
)
def test_the_persian_calendar(persian: tuple[int, int, int], western: tuple[int, int, int]) -> None:
    assert calendars.of_persian(*persian) == western


@given(st.text(max_size=300) | st.text("0123456789./-年月日: Tabmsnui", max_size=300))
def test_any_text_is_survived_and_any_answer_is_a_date(text: str) -> None:
    for one in date.find(text):
        assert 0 <= one.first < one.last <= len(text)
        assert date.machine(one.value) == one.value
    value = date.machine(text)
    assert value is None or date.machine(value) == value


@pytest.mark.parametrize(
    "text", ["1" * 200_000, "2021-01-01" + "T" * 200_000, "1 May 2020 " * 20_000, " " * 200_000 + "2020"]
)
def test_long_texts_cost_no_more_than_short_ones(text: str) -> None:
    started = time.process_time()
    date.find(text)
    date.machine(text)
    assert time.process_time() - started < 0.05


@needs_shared
def test_the_suite_of_date_strings() -> None:
    cases = [json.loads(line) for line in SUITE.read_bytes().splitlines()]
    full = [case for case in cases if case["kind"] == "full"]
    right = sum((date.parse(case["text"]) or "")[:10] == case["expect"] for case in full)
    assert right >= 219, f"{right} of {len(full)}"
    for case in cases:
        if case["kind"] == "not_a_date":
            assert date.parse(case["text"]) is None, case["text"][:60]
