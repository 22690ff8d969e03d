"""A run of the deployment, as a user sees it in the Prefect UI."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.end_to_end.deployment import Deployed, WorkerRuns
from tests.steps import STEPS

LOADING = 30_000  # milliseconds: the UI's first page on a busy machine


def test_the_run_shows_its_steps_and_their_states(
    deployed: Deployed, worker_runs: WorkerRuns, browser_page: Page
) -> None:
    others: list[str] = []
    browser_page.on("request", lambda call: others.append(call.url) if deployed.server.url not in call.url else None)

    browser_page.goto(f"{deployed.server.url}/runs/flow-run/{worker_runs.first['id']}")
    expect(browser_page.get_by_text(str(worker_runs.first["name"])).first).to_be_visible(timeout=LOADING)
    browser_page.get_by_text("Task Runs", exact=True).click()

    for step in STEPS:
        row = browser_page.locator(".state-list-item").filter(has_text=step)
        expect(row).to_contain_text("Completed", timeout=LOADING)
    assert not others, "the UI works without the internet"


def test_a_file_that_did_not_come_is_neither_green_nor_red(
    deployed: Deployed, worker_runs: WorkerRuns, browser_page: Page
) -> None:
    colours = {}
    for run, state in ((worker_runs.waiting, "NothingNew"), (worker_runs.first, "Completed")):
        browser_page.goto(f"{deployed.server.url}/runs/flow-run/{run['id']}")
        badge = browser_page.locator(".state-badge").filter(has_text=state).first
        expect(badge).to_be_visible(timeout=LOADING)
        colours[state] = badge.evaluate("badge => getComputedStyle(badge).backgroundColor")
    assert colours["NothingNew"] != colours["Completed"], colours


def test_the_deployment_shows_its_next_run_and_a_form(deployed: Deployed, browser_page: Page) -> None:
    deployment = f"{deployed.server.url}/deployments/deployment/{deployed.id}"

    browser_page.goto(deployment)
    expect(browser_page.get_by_text("auto-scheduled").first).to_be_visible(timeout=LOADING)

    browser_page.goto(f"{deployment}/run")
    for label in ("Sales", "Store", "As Of (Optional)", "Config (Optional)"):
        expect(browser_page.get_by_text(label, exact=True).first).to_be_visible(timeout=LOADING)
