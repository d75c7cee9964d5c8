"""The house's own rules: which way imports run, which module is the only window onto a library, who may not know whom.

The imports are read with ``ast``, those inside functions and under ``TYPE_CHECKING`` too, so nothing has to be
imported and nothing hides.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("scraper", "pipelines")
MAX_LINES = 500

# From the ground up: a module imports from its own floor or a lower one. The longest matching prefix decides, and a
# module that no floor names fails the test, so a newcomer has to be placed.
FLOORS: tuple[tuple[str, ...], ...] = (
    # vocabulary, and facts that are read from data/
    (
        "scraper.article",
        "scraper.response",
        "scraper.errors",
        "scraper.text",
        "scraper.resources",
        "scraper.limits",
        "scraper.hints",
        "scraper.phrases",
        "scraper.wording",
        "scraper.calendars",
        "scraper.oversize",
        "scraper.formulas",
    ),
    ("scraper.standards",),
    ("scraper.guard", "scraper.politeness", "scraper.coding", "scraper.wire"),
    ("scraper.transport",),
    ("scraper.fetch", "scraper.replay"),
    ("scraper.blocks",),
    ("scraper.walk", "scraper.dump.walk"),
    ("scraper.page",),
    (
        "scraper.ranking",
        "scraper.marks",
        "scraper.links",
        "scraper.edges",
        "scraper.biography",
        "scraper.labels",
        "scraper.cards",
        "scraper.named",
        "scraper.body",
        "scraper.profile",
        "scraper.selecting",
        "scraper.names",
        "scraper.places",
        "scraper.bylines",
        "scraper.page_signals",
        "scraper.date_labels",
        "scraper.datelines",
    ),
    ("scraper.clean", "scraper.template", "scraper.fields", "scraper.dump"),
    ("scraper.outline",),
    ("scraper.render",),
    ("scraper.dump.outline",),
    ("scraper.extract",),
    ("scraper.learning", "scraper.profiled"),
    ("scraper.site", "scraper.discover"),
    ("scraper",),
    ("pipelines.archive", "pipelines.engine"),
    ("pipelines.crawl", "pipelines.datasets", "pipelines.demo"),
    ("pipelines.corpus", "pipelines.partitions", "pipelines.scheduled"),
    ("pipelines",),
    ("pipelines.cli", "pipelines.web"),
)

VOCABULARY = ("scraper.article", "scraper.response", "scraper.errors", "scraper.text", "scraper.resources")

# Library → the only modules that may import it.
WINDOWS: dict[str, tuple[str, ...]] = {
    "httpx": ("scraper.fetch", "scraper.transport", "scraper.replay"),
    "httpcore": ("scraper.fetch", "scraper.transport", "scraper.replay"),
    "tenacity": ("scraper.fetch", "scraper.transport", "scraper.replay"),
    "selectolax": ("scraper.page", "scraper.walk", "scraper.selecting"),
    "sqlite_utils": ("pipelines.archive.db", "pipelines.archive.schema"),
    "protego": ("scraper.standards.robots",),
    "ada_url": ("scraper.standards.url",),
    "chardet": ("scraper.standards.charset",),
    "webencodings": ("scraper.standards.charset", "scraper.standards.headers"),
    "feedparser": ("scraper.standards.feed",),
    "nh3": ("scraper.render", "pipelines.web.files"),
    "starlette": ("pipelines.web",),
    "jinja2": ("pipelines.web.rendering",),
    "markupsafe": ("pipelines.web.rendering", "pipelines.web.charts"),
    "uvicorn": ("pipelines.web.server",),
    "click": ("pipelines.cli",),
    "rich": ("pipelines.cli",),
    "distributed": ("pipelines.engine.dask",),
}

# Folders of siblings. A family's ground floor is what all members stand on; members do not know one another.
FAMILIES: dict[str, tuple[str, ...]] = {
    "scraper.standards": ("url", "charset", "date"),
    "scraper.clean": (),
    "scraper.fields": (),
    "pipelines.cli": ("console", "engines", "exits", "logs", "options", "progress", "reports", "results", "rooms"),
}

# Modules that take text or bytes and return values: they open no socket, file or database, and ask no clock.
PURE = ("scraper.standards", "scraper.page", "scraper.blocks", "scraper.clean", "scraper.fields", "scraper.discover")
IMPURE_IMPORTS = {
    "asyncio",
    "http",
    "random",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "threading",
    "time",
    "urllib.request",
}


@cache
def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


def imported_by(module: str, tree: ast.Module | None = None) -> Iterator[tuple[str, int]]:
    """Yield (full name of an imported module, line), ``from package import submodule`` as the submodule."""
    for node in ast.walk(tree or tree_of(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively; write the full name"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield (submodule if submodule in modules() else str(node.module)), node.lineno


def is_within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def floor_of(module: str) -> int:
    matches = [
        (len(prefix), floor) for floor, names in enumerate(FLOORS) for prefix in names if is_within(module, prefix)
    ]
    exact_packages = [(length, floor) for length, floor in matches if length > len("pipelines") or module in PACKAGES]
    assert exact_packages, f"{module} stands on no floor; add it to FLOORS"
    return max(exact_packages)[1]


def at_import_time(module: str) -> Iterator[str]:
    """Yield the project's modules that importing *module* really imports: functions and TYPE_CHECKING left out."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    ]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            node.body = [item for item in node.body if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    yield from (name for name, _ in imported_by(module, tree) if name in modules())


def test_imports_run_one_way() -> None:
    wrong = [
        f"{module}:{line} imports {name}"
        for module in modules()
        for name, line in imported_by(module)
        if name in modules() and floor_of(name) > floor_of(module)
    ]
    assert not wrong, "\n".join(wrong)


def test_scraper_never_imports_pipelines() -> None:
    wrong = [
        f"{module}:{line} imports {name}"
        for module in modules()
        if is_within(module, "scraper")
        for name, line in imported_by(module)
        if is_within(name, "pipelines")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", VOCABULARY)
def test_vocabulary_imports_nothing_of_ours(module: str) -> None:
    ours = [name for name, _ in imported_by(module) if name.split(".")[0] in PACKAGES]
    assert not [name for name in ours if name not in VOCABULARY], ours


@pytest.mark.parametrize("library", sorted(WINDOWS))
def test_a_library_is_seen_through_its_window_only(library: str) -> None:
    wrong = [
        f"{module}:{line}"
        for module in modules()
        for name, line in imported_by(module)
        if is_within(name, library) and not any(is_within(module, window) for window in WINDOWS[library])
    ]
    assert not wrong, f"{library} is imported outside {WINDOWS[library]}: {wrong}"


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_members_of_a_family_do_not_know_one_another(family: str) -> None:
    ground = {f"{family}.{name}" for name in FAMILIES[family]}
    members = {name for name in modules() if name.startswith(family + ".")} - ground
    wrong = [
        f"{module}:{line} imports {name}"
        for module in sorted(members | ground)
        for name, line in imported_by(module)
        if name in members and name != module
    ]
    assert not wrong, "\n".join(wrong)


def test_no_circles_at_import_time() -> None:
    graph = {module: sorted(set(at_import_time(module)) - {module}) for module in modules()}
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        # A package's __init__ gathers its members and a member's import runs the __init__ first: the one circle that is
        # harmless, as long as the member takes nothing from it.
        assert module not in path, "import circle: " + " → ".join((*path[path.index(module) :], module))
        if module not in done:
            for name in graph[module]:
                walk(name, (*path, module))
            done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("prefix", PURE)
def test_pure_modules_open_nothing_and_ask_no_clock(prefix: str) -> None:
    wrong = [
        f"{module}:{line} imports {name}"
        for module in modules()
        if is_within(module, prefix)
        for name, line in imported_by(module)
        if name in IMPURE_IMPORTS
    ]
    assert not wrong, "\n".join(wrong)


def test_no_module_is_a_drawer() -> None:
    vague = {"common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}
    assert not [module for module in modules() if module.rsplit(".", 1)[-1] in vague]


def test_no_file_is_longer_than_a_sitting() -> None:
    long = {
        module: lines for module, path in modules().items() if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert not long


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_listed_and_exist(package: str) -> None:
    public = __import__(package).__all__
    assert list(public) == sorted(set(public)), "__all__ is sorted and without repeats"
    missing = [name for name in public if not hasattr(__import__(package), name)]
    assert not missing
