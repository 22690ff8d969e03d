"""The arguments and options that several commands have, and how their help shows them."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


def _complete_setting(incomplete: str) -> list[str]:
    from schemas.config import Config

    return [f"{name}=" for name in Config.model_fields if name.startswith(incomplete)]


def _complete_input(incomplete: str) -> list[str]:
    from schemas.inputs.files import InputFiles

    return [f"{name}=" for name in InputFiles.model_fields if name.startswith(incomplete)]


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"weekcast {version('weekcast')}")
        raise typer.Exit


Sales = Annotated[
    str, typer.Argument(metavar="SALES.csv", help="Path or URL of the sales, a folder of them, or a database.")
]
StoreFolder = Annotated[
    str, typer.Option("--store", metavar="STORE", help="Folder or bucket that keeps what is published.")
]
StoreArgument = Annotated[
    str, typer.Argument(metavar="STORE", help="Folder or bucket that `weekcast run --store STORE` publishes to.")
]
AsOf = Annotated[str | None, typer.Option(metavar="WEEK", help="Last observed week: 40, W40 or its Monday.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings, a TOML file.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="One setting, such as horizon=13; repeatable.",
        autocompletion=_complete_setting,
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="NAME=FILE",
        help="What is known beside the sales; repeatable.",
        autocompletion=_complete_input,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on stdout.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Show neither progress nor hints; warnings and errors are shown.")
]
OnlyProblems = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print warnings and errors alone; the exit code tells the rest.")
]
Version = Annotated[
    bool, typer.Option("--version", help="Print the version and exit.", callback=_tell_version, is_eager=True)
]


class Command(TyperCommand):
    """A command whose help shows no types of Python."""

    def get_params(self, *context: Any) -> list[Any]:
        """The parameters, as help shows them."""
        return list(map(_hide_type, super().get_params(*context)))


class Commands(TyperGroup):
    """All commands together, in the same way."""

    def get_params(self, *context: Any) -> list[Any]:
        """The parameters, as help shows them."""
        return list(map(_hide_type, super().get_params(*context)))


def _hide_type(parameter: Any) -> Any:
    """An argument or a switch without its type, such as `<bool>`, which tells a person nothing."""
    is_switch = isinstance(parameter, TyperOption) and parameter.is_flag
    if is_switch or isinstance(parameter, TyperArgument):
        parameter.display_type_rich = _tell_nothing
    return parameter


def _tell_nothing(ctx: typer.Context) -> None:  # noqa: ARG001 - Typer calls it so
    """Typer has no setting for what it shows of a type."""
