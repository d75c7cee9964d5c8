"""The documents keep up with the code: reference generated, names all there, links alive, command lines real."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

import pipelines
import scraper
from pipelines.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says(generate: ModuleType) -> None:
    old = [name for name, text in generate.pages().items() if (REFERENCE / name).read_text(encoding="utf-8") != text]
    assert not old, f"run: make docs (out of date: {', '.join(old)})"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_reference(name: str) -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    section = page.split(f"### `backfile {name}")[1].split("\n### ")[0]
    for param in COMMANDS[name].load().params:
        if isinstance(param, click.Option):
            assert any(option in section for option in param.opts), param.opts


def test_every_command_is_met_outside_the_reference() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES if REFERENCE not in path.parents)
    assert not [name for name in COMMANDS if f"backfile {name}" not in text]


@pytest.mark.parametrize("package", [scraper, pipelines])
def test_every_public_name_is_documented(package: ModuleType) -> None:
    page = (REFERENCE / "python.md").read_text(encoding="utf-8")
    for name in package.__all__:
        assert f"### `{package.__name__}.{name}`" in page
        assert inspect.getdoc(getattr(package, name)), name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(path: Path) -> None:
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    targets = [target.split("#")[0] for target in _LINK.findall(text) if "://" not in target]
    assert not [target for target in targets if target and not (path.parent / target).exists()]


def command_lines(path: Path) -> Iterator[str]:
    """Yield every command line of ours in a page's shell blocks."""
    for kind, block in _FENCE.findall(path.read_text(encoding="utf-8")):
        if kind in ("sh", "console"):
            for line in block.splitlines():
                line = line.removeprefix("$ ").split("  #")[0].strip()
                if line.startswith("backfile "):
                    yield re.split(r" [|>&]", line)[0]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_line_parses(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in command_lines(path):
        name, *words = shlex.split(line)[1:]
        if name == "COMMAND" or name.startswith("--"):
            continue
        if name == "import":  # its paths have to exist
            for word in words:
                if not word.startswith("--") and "://" not in word:
                    target = tmp_path / word.replace("*", "x")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.mkdir() if word.endswith("/") else target.touch()
            words = [word.replace("*", "x") for word in words]
        COMMANDS[name].load().make_context(name, words)


def test_the_changelog_names_this_version() -> None:
    from importlib.metadata import version

    assert f"## {version('backfile')}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
