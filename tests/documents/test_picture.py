"""The diagrams in the documents are the DAG of the flow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest

ROOT = Path(__file__).parents[2]


def read_picture(path: Path) -> str:
    drawn = re.search(r"```mermaid\n(.*?)```", path.read_text(), re.DOTALL)
    assert drawn
    return drawn[1]


def draw_flow(store: Path) -> list[str]:
    return list(weekly_forecast.generate_mermaid_graph(WeeklyRequest(sales="sales.csv", store=str(store))).splitlines())


@pytest.mark.filterwarnings("ignore:`flow.generate_mermaid_graph:UserWarning")
def test_the_pictures_are_the_flow(tmp_path: Path) -> None:
    flow = draw_flow(tmp_path)
    # Steps that run side by side are drawn in the order in which they happen to start.
    assert sorted(read_picture(ROOT / "docs" / "run.md").strip().splitlines()) == sorted(flow)
    arrows = set(re.findall(r"(\w+)_0 --> (\w+)_0", "\n".join(flow)))
    lines = [line.strip().split(" --> ") for line in read_picture(ROOT / "README.md").splitlines() if "-->" in line]
    assert {arrow for line in lines for arrow in zip(line, line[1:], strict=False)} <= arrows
    assert {step for line in lines for step in line} == {step for arrow in arrows for step in arrow}
