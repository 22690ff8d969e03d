"""`weekcast alerts`: who is told when a run fails, is missing, or warns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import ObjectNotFound
from prefect.types import SecretDict

from flows.alerts.automations import set_alerts
from flows.alerts.table import ALERTS, Told
from flows.console import print_line
from flows.server import require_configured
from schemas.errors import UsageError

_BLOCK = "weekcast-alerts"


def alert_by(webhook: str | None, block: str | None, alerts: Sequence[Told] = ALERTS) -> None:
    """Have the configured server send every alert to a webhook, or by a notification block that is there.

    block: its type and name, such as `sendgrid-email/planners`. Raises UsageError where neither or both are given, or
    one of them is none, ServerUnavailable where the server does not answer.
    """
    if bool(webhook) == bool(block):
        raise UsageError("expected either --webhook URL or --block TYPE/NAME")
    if webhook:
        _require_address(webhook)
    server = require_configured()
    document = _keep(webhook) if webhook else _find(f"{block}")
    with get_client(sync_client=True) as client:
        for name, change in set_alerts(client, alerts, document, server):
            print_line(f"{change:<9} {name}")
    told = f"the webhook at {urlsplit(webhook).hostname}" if webhook else f"the block {block}"
    print_line(f"{len(alerts)} alerts go to {told}; they can be paused at {server}/automations")


def _require_address(webhook: str) -> None:
    try:
        parts = urlsplit(webhook)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise UsageError("--webhook: expected a URL such as https://hooks.example.com/weekcast, got another text")


def _keep(webhook: str) -> UUID:
    """A block that posts `{"text": ...}`, as Slack, Mattermost and others take it; the address is kept as a secret."""
    made = CustomWebhookNotificationBlock(
        name=_BLOCK,
        url="{{address}}",
        json_data={"text": "{{subject}}\n{{body}}"},
        secrets=SecretDict({"address": webhook}),
    )
    return cast(UUID, made.save(_BLOCK, overwrite=True))


def _find(block: str) -> UUID:
    kind, _, name = block.partition("/")
    with get_client(sync_client=True) as client:
        try:
            document: BlockDocument = client.read_block_document_by_name(name, kind)
        except ObjectNotFound as error:
            raise UsageError(
                f"--block {block}: the server has no such block; `prefect block ls` lists those that it has"
            ) from error
    return document.id
