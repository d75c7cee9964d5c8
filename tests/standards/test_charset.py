"""Encodings: who is believed, and what is done when nobody can be."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.standards import charset
from tests.shared import SHARED, needs_shared

# What a page in that language says, in our own words; long enough to be told from its neighbours.
RUSSIAN = (
    "Утром на пристани пахло смолой и рыбой, а лодки качались так, будто им снилось море. Старик чинил сеть и молчал."
)
GREEK = "Το πρωί στο λιμάνι μύριζε πίσσα και ψάρι, και οι βάρκες κουνιόνταν σαν να ονειρεύονταν τη θάλασσα."
JAPANESE = "朝の港は魚と縄の匂いがして、小さな舟が静かに揺れていた。老人は黙って網を直している。"
CHINESE = "清晨的码头有鱼和绳子的气味，小船轻轻地摇着。老人坐在那里补网，一句话也不说。"
POLISH = "Rano w porcie pachniało smołą i rybą, a łódki kołysały się, jakby śniło im się morze. Stary człowiek milczał."
GERMAN = "Morgens roch der Hafen nach Öl und Möwen, und die Boote träumten. Der Alte flickte Netze und grüßte nur müde."
FRENCH = "Le matin, le port sentait la résine ; les barques rêvaient déjà. Le vieux pêcheur réparait son filet, muet."


def page(text: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}<title>{text[:20]}</title></head><body><p>{text}</p></body></html>"


class TestWhoIsBelieved:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_a_byte_order_mark_above_all(self, encoding: str) -> None:
        decoded = charset.decode(page(RUSSIAN).encode(encoding), "text/html; charset=koi8-r")
        assert (decoded.text, decoded.source) == (page(RUSSIAN), "bom")

    def test_header_before_meta(self) -> None:
        body = page(RUSSIAN, '<meta charset="koi8-r">').encode("windows-1251")
        decoded = charset.decode(body, "text/html; charset=windows-1251")
        assert (RUSSIAN in decoded.text, decoded.encoding, decoded.source) == (True, "windows-1251", "header")

    def test_meta_without_a_header(self) -> None:
        body = page(RUSSIAN, "<meta charset=koi8-r>").encode("koi8-r")
        decoded = charset.decode(body, "text/html")
        assert (RUSSIAN in decoded.text, decoded.encoding, decoded.source) == (True, "koi8-r", "meta")

    @pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "big5", "klingon", ""])
    def test_valid_utf_8_before_any_label(self, label: str) -> None:
        decoded = charset.decode(page(FRENCH).encode(), f"text/html; charset={label}")
        assert (decoded.text, decoded.encoding) == (page(FRENCH), "utf-8")

    def test_the_bytes_before_a_servers_default(self) -> None:
        body = page(RUSSIAN, "<meta charset=windows-1251>").encode("windows-1251")
        assert RUSSIAN in charset.decode(body, "text/html; charset=iso-8859-1").text
        assert RUSSIAN in charset.decode(page(RUSSIAN).encode("windows-1251"), "text/html; charset=iso-8859-1").text

    def test_plain_ascii_is_utf_8_by_default(self) -> None:
        assert charset.decode(b"<p>salt", None) == charset.Decoded("<p>salt", "utf-8", "default")

    def test_a_few_broken_bytes_are_not_another_encoding(self) -> None:
        body = page(FRENCH).encode().replace(b"muet", b"m\xffuet")
        decoded = charset.decode(body, "text/html; charset=utf-8")
        assert (decoded.encoding, decoded.source) == ("utf-8", "header")
        assert "rêvaient déjà" in decoded.text

    def test_a_character_cut_at_the_end_is_damage_too(self) -> None:
        decoded = charset.decode(FRENCH.encode() + "é".encode()[:1], None)
        assert (decoded.text, decoded.encoding) == (FRENCH + "\ufffd", "utf-8")

    def test_damage_far_from_the_beginning(self) -> None:
        body = page(FRENCH * 2_000).encode()
        decoded = charset.decode(body[:-300] + b"\xe9" + body[-300:], None)
        assert (decoded.encoding, decoded.text.count("\ufffd")) == ("utf-8", 1)

    def test_the_xml_declaration_counts_as_a_meta(self) -> None:
        body = '<?xml version="1.0" encoding="windows-1251"?><title>Сеть</title>'.encode("windows-1251")
        assert charset.decode(body) == charset.Decoded(body.decode("windows-1251"), "windows-1251", "meta")


class TestDetection:
    @pytest.mark.parametrize("declared", [None, "text/html; charset=utf-8"])
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (RUSSIAN, "windows-1251"),
            (RUSSIAN, "koi8-r"),
            (GREEK, "windows-1253"),
            (JAPANESE, "shift_jis"),
            (JAPANESE, "euc-jp"),
            (JAPANESE, "iso-2022-jp"),
            (CHINESE, "gb18030"),
            (POLISH, "windows-1250"),
            (POLISH, "iso-8859-2"),
            (GERMAN, "windows-1252"),
            (FRENCH, "windows-1252"),
            (RUSSIAN, "utf-16-le"),
            (GERMAN, "utf-16-be"),
        ],
    )
    def test_undeclared_and_misdeclared(self, text: str, encoding: str, declared: str | None) -> None:
        decoded = charset.decode(page(text).encode(encoding), declared)
        assert text in decoded.text
        assert decoded.source in ("detected", "default")

    @pytest.mark.parametrize("word", ["café", "naïve “quotes” — and", "Zoë’s"])
    def test_a_handful_of_accents_is_western(self, word: str) -> None:
        body = page(f"Nobody said anything about the {word} by the sea until the tide came in.").encode("windows-1252")
        assert word in charset.decode(body).text


class TestPrescan:
    @pytest.mark.parametrize(
        ("head", "encoding"),
        [
            (b"<meta charset=koi8-r>", "koi8-r"),
            (b"<META\n CHARSET = 'Latin1' >", "windows-1252"),
            (b'<meta content="text/html; charset=big5" http-equiv=content-type>', "big5"),
            (b'<meta content="text/html; charset=big5">', None),
            (b"<metacharset=big5>", None),
            (b"<!-- <meta charset=big5> --><meta charset=koi8-r>", "koi8-r"),
            (b"<!--><meta charset=koi8-r>", "koi8-r"),
            (b"<p title='<meta charset=big5>'><meta charset=koi8-r>", "koi8-r"),
            (b"<meta charset=utf-16>", "utf-8"),
            (b"<meta charset=klingon><meta charset=koi8-r>", "koi8-r"),
            (b"<meta charset=koi8-r", None),
            (b"<meta charset='koi8-r>", None),
            (b"", None),
        ],
    )
    def test_as_the_standard_says(self, head: bytes, encoding: str | None) -> None:
        assert charset.prescan(head) == encoding

    def test_a_meta_far_down_is_not_looked_for(self) -> None:
        assert charset.prescan(b" " * charset.PRESCAN_BYTES + b"<meta charset=koi8-r>") is None


@settings(deadline=None)
@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=40)))
def test_never_raises(body: bytes, content_type: str | None) -> None:
    decoded = charset.decode(body, content_type)
    assert charset.encoding_of(decoded.encoding) == decoded.encoding


@settings(deadline=None)
@given(st.text())
def test_utf_8_comes_back(text: str) -> None:
    body = text.encode("utf-8", "replace")
    if b"\x00" not in body and b"\x1b" not in body and not text.startswith("\ufeff"):
        assert charset.decode(body, "text/html; charset=utf-8").text == body.decode()


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"<!--",
        b"<?",
        b"<meta ",
        b"<meta a='",
        b"</",
        b" ",
        b"=",
        b"\xff",
        b"\xe9 ",
        b"\x00",
        b"\x81a",
        b"<\xe9",
        b"<meta content=",
    ],
)
def test_linear_in_length(piece: bytes) -> None:
    body = piece * (4 * 1024 * 1024 // len(piece))
    started = time.process_time()
    charset.decode(body)
    charset.decode(body + b"\xff", "text/html; charset=windows-1251")
    assert time.process_time() - started < 3


MAY_BE_WRONG = {"wrong_label": 1, "undeclared": 1}


@needs_shared
class TestConformance:
    @staticmethod
    def is_right(case: dict[str, Any]) -> bool:
        body = base64.b64decode(case["body_b64"])
        if case["kind"] == "prescan":
            return (charset.prescan(body) or "windows-1252") == case["expect_encoding"]
        text = charset.decode(body, case["content_type"]).text
        return (case.get("expect_title") or "") in text and (case.get("expect_text") or "") in text

    def test_all_kinds(self) -> None:
        lines = (SHARED / "suites/charset/cases.jsonl").read_text(encoding="utf-8").splitlines()
        cases = [json.loads(line) for line in lines]
        wrong = Counter(case["kind"] for case in cases if not self.is_right(case))
        assert len(cases) > 100
        assert all(number <= MAY_BE_WRONG.get(kind, 0) for kind, number in wrong.items()), wrong
