"""What the container files start is a command line that this program understands, and what they copy is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")


def command_lines() -> list[list[str]]:
    """Return the arguments that the files give to the entry point."""
    (started,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    listed = re.findall(r"^    command: \[(.*)\]$", COMPOSE, re.MULTILINE)
    shown = re.findall(r"docker compose run --rm \w+ (.*)$", COMPOSE, re.MULTILINE)
    lines = [json.loads(started), *([word.strip().strip('"') for word in line.split(",")] for line in listed)]
    return [*lines, *(line.split() for line in shown)]


@pytest.mark.parametrize("words", command_lines(), ids=" ".join)
def test_every_command_line_parses(words: list[str]) -> None:
    COMMANDS[words[0]].load().make_context(words[0], words[1:], resilient_parsing=False)


def test_there_is_one_for_the_image_and_one_for_each_service() -> None:
    assert [words[0] for words in command_lines()] == ["crawl", "crawl", "serve", "sites"]


def test_what_is_copied_is_there() -> None:
    copied = [word for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_reading_room_is_published_on_loopback_only() -> None:
    assert re.findall(r"^      - (\S+):8000$", COMPOSE, re.MULTILINE) == ["127.0.0.1:8000"]
