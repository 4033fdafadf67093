"""`zhibi methods`, `zhibi analyze NAME`, `zhibi report NAME`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhibi.cli import language
from zhibi.tables.settings import LANGUAGES

if TYPE_CHECKING:
    from zhibi.params import Param

FORMATS = ("text", "json", "html", "csv", "xlsx", "pptx")

AS_OF = click.Option(
    ["--as-of"],
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to look from; by default today, or the last order day of older data.",
)
OUTPUT = click.Option(
    ["-o", "--output"], type=click.Path(dir_okay=False, path_type=Path), help="File to write."
)
STYLE = click.Option(
    ["--format", "style"],
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Format of the output.",
)


@click.command()
def methods() -> None:
    """List the methods, each with the question it answers."""
    from zhibi.locale import translate
    from zhibi.methods import load, names

    width = max(map(len, names()))
    for name in names():
        click.echo(f"{name.replace('_', '-'):<{width}}  {translate(load(name).TITLE, language())}")


class _Methods(click.Group):
    """One sub-command a method, with the method's parameters as options."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from zhibi.methods import names

        return [name.replace("_", "-") for name in names()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        from zhibi.methods import load
        from zhibi.params import params_of

        method = load(cmd_name)
        declared = params_of(method.Params)

        def run(**options: Any) -> None:
            given = {p.name: options.pop(p.name) for p in declared}
            _analyze(cmd_name, method.Params(**given), **options)

        own = [_option_of(p) for p in declared]
        command = click.Command(
            cmd_name, callback=run, params=[*own, STYLE, AS_OF, OUTPUT], help=method.TITLE
        )
        if language(ctx) != "en":
            from zhibi.cli.help import speak

            speak(command, language(ctx))
        return command


def _option_of(declared: Param) -> click.Option:
    flag = f"--{declared.name.replace('_', '-')}"
    return click.Option(
        [f"{flag}/--no-{flag[2:]}" if declared.type is bool else flag, declared.name],
        type=click.Choice(declared.choices) if declared.choices else declared.type,
        default=declared.default,
        show_default=True,
        help=f"{declared.help}  [{declared.unit}]" if declared.unit else declared.help,
    )


@click.command("analyze", cls=_Methods)
def analyze() -> None:
    """Run one method: `zhibi analyze rfm --help` shows its options."""


def _analyze(
    name: str, params: Any, *, style: str, as_of: datetime | None, output: Path | None
) -> None:
    from zhibi import run

    run.refuse_missing_folder(output)
    workspace = run.open_workspace(_folder())
    tables = run.open_tables(workspace, as_of=as_of.date() if as_of else None)
    result = run.analyze(tables, name, params)
    run.write(result, output, style=style, language=language())


class _Report(click.Command):
    """Lists the reports under its options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from zhibi.reports import load, names

        with formatter.section("Reports"):
            formatter.write_dl([(name.replace("_", "-"), load(name).ANSWERS) for name in names()])


@click.command(cls=_Report, params=[AS_OF, OUTPUT])
@click.argument("name", default="key-accounts")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the report.")
def report(name: str, output: Path | None, as_of: datetime | None, lang: str | None) -> None:
    """Write a report: a page with a workbook, slides (-o x.pptx), a whole workbook (-o x.xlsx)."""
    from zhibi import run

    run.refuse_missing_folder(output)
    run.refuse_unknown_ending(output or Path(f"{name}.html"))
    workspace = run.open_workspace(_folder())
    chosen = lang or language()
    tables = run.open_tables(workspace, as_of=as_of.date() if as_of else None)
    path = output or Path(f"{name}.html")
    composed, files = run.report(
        tables, name, path, language=chosen, sources=run.sources(workspace)
    )
    for line in run.first_findings(composed, language=chosen):
        click.echo(line)
    for file in files:
        click.echo(file)


def _folder() -> Path | None:
    given = click.get_current_context().find_root().obj["workspace"]
    return Path(given) if given else None


COMMANDS = (methods, analyze, report)
