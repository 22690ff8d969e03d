"""The rules of the structure: what a package may import, how large a folder may be, what is installed and tested."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.examples import SOAK, examples
from tests.steps import STEPS

ROOT = Path(__file__).parent.parent
OURS = ("flows", "tasks", "schemas")
FORECASTING = ("tasks.models", "tasks.baselines", "tasks.evaluation", "tasks.gate", "tasks.pretraining")
MODULES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def forbidden_to(module: str) -> tuple[str, ...]:
    """Modules and packages that a module must not import; the innermost packages may import the least."""
    if module.startswith("schemas"):
        return ("flows", "tasks", "prefect", "tensorflow", "keras")
    if module.startswith(FORECASTING):
        lower = ("tasks.models.filter", "tasks.models.uncertainty", "tasks.baselines")
        above = ("tasks.models.recipes", "tasks.models.network") if is_within(module, *lower) else ()
        judges = ("tasks.gate", "tasks.evaluation", "tasks.pretraining") if is_within(module, "tasks.models") else ()
        kept = () if module == "tasks.gate.kept_forecasts" else ("tasks.store", "tasks.workspace")
        return ("flows", "tasks.sales", "tasks.page", "prefect", *kept, *above, *judges)
    if module.startswith(("tasks.sales", "tasks.page")):
        others = {"tasks.sales", "tasks.page", "tasks.sources", *FORECASTING} - {".".join(module.split(".")[:2])}
        outer = ("tasks.sales.checking", "tasks.sales.history", "tasks.sales.sample")
        beside = outer if is_within(module, "tasks.sales.reading") else ()
        return ("flows", "tasks.store", "tasks.workspace", "prefect", "tensorflow", "keras", *others, *beside)
    if module.startswith("tasks.sources"):
        return ("flows", "tasks.store", "tasks.workspace", "prefect", "tensorflow", "keras", *FORECASTING)
    if module.startswith("tasks.store"):
        return ("flows", "tasks.workspace", "prefect", "tensorflow", "keras")
    if module.startswith("tasks"):
        return ("flows", "prefect", "tensorflow", "keras")
    return ("tensorflow", "keras")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    forbidden = forbidden_to(module)
    assert [name for name in imports_of(path) if is_within(name, *forbidden)] == []


@pytest.mark.parametrize("name", STEPS)
def test_steps_never_import_one_another(name: str) -> None:
    others = {f"tasks.{other}" for other in STEPS if other != name}
    assert not others & set(imports_of(ROOT / "tasks" / f"{name}.py"))


def test_the_boxes_of_the_dag_and_nothing_else_stand_beside_the_folders() -> None:
    assert {path.stem for path in (ROOT / "tasks").glob("*.py")} == {*STEPS, "__init__"}


@pytest.mark.parametrize(
    "folder",
    sorted({path.parent for path in (*MODULES, *(ROOT / "tests").rglob("*.py"))}),
    ids=lambda folder: folder.relative_to(ROOT).as_posix(),
)
def test_a_folder_holds_at_most_a_dozen_files(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 12


def test_a_wheel_holds_all_that_the_packages_hold(tmp_path: Path) -> None:
    for name in OURS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(command, cwd=tmp_path, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert files <= held
    assert {name.partition("/")[0] for name in held if "dist-info" not in name} == set(OURS)


def test_the_flow_only_wires() -> None:
    tree = ast.parse((ROOT / "flows" / "weekly.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.For | ast.While | ast.Try)]


def test_the_soak_tries_all_examples_and_the_test_half_of_them() -> None:
    before = settings.get_current_profile_name()
    try:
        numbers = {}
        for profile in ("default", SOAK):
            settings.load_profile(profile)
            numbers[profile] = examples(200).max_examples
    finally:
        settings.load_profile(before)
    assert numbers == {"default": 100, SOAK: 200}


def test_each_number_of_examples_is_given_there_and_tried_by_the_soak() -> None:
    command = re.search(r"pytest -m hypothesis --hypothesis-profile (\w+) ([\w/ ]+)\)", (ROOT / "Makefile").read_text())
    assert command is not None and command[1] == SOAK
    soaked = command[2].split()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text())
        settled = {keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords}
        assert "max_examples" not in settled, path
        if "examples" in {ast.unparse(called.func) for called in _decorators(tree) if isinstance(called, ast.Call)}:
            assert any(path.is_relative_to(ROOT / folder) for folder in soaked), path


def _decorators(tree: ast.Module) -> list[ast.expr]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [decorator for function in functions for decorator in function.decorator_list]


def test_the_long_soaks_are_no_tests() -> None:
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "soak").glob("test_*.py")}
    assert tested.isdisjoint({"leaks", "moments", "kills", "damage", "readers"})
