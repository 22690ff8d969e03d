"""The README's diagram is the DAG of the flow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows.weekly import weekly_forecast
from schemas.config import WeeklyRequest

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.filterwarnings("ignore:`flow.generate_mermaid_graph:UserWarning")
def test_the_picture_in_the_readme_is_the_flow(tmp_path: Path) -> None:
    drawn = re.search(r"```mermaid\n(.*?)```", README.read_text(), re.DOTALL)
    assert drawn
    request = WeeklyRequest(sales="sales.csv", store=str(tmp_path))
    # Steps that run side by side are drawn in the order in which they happen to start.
    flow = weekly_forecast.generate_mermaid_graph(request)
    assert sorted(drawn[1].strip().splitlines()) == sorted(flow.strip().splitlines())
