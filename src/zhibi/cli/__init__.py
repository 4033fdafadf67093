"""The command line. Commands are thin: they ask `zhibi.run` or the import, and print.

Click rather than Typer: the options of `zhibi analyze NAME` are made from the method's Params at
run time. Nothing heavy is imported before a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from zhibi import __version__
from zhibi.errors import ZhibiError
from zhibi.tables.settings import FILE_NAME, LANGUAGES, Settings

# By name: importing the engine here would slow down --help.
ENGINE_ERRORS = {"IOException", "OutOfMemoryException", "InvalidInputException"}
TRACEBACK = "ZHIBI_TRACEBACK"
OWN_FAULT = 70  # the exit code for it, by old custom


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="zhibi")
@click.option("--workspace", metavar="FOLDER", help="The workspace; else ZHIBI_HOME, else here.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of what is printed.")
@click.pass_context
def commands(context: click.Context, workspace: str | None, lang: str | None) -> None:
    """Zhibi 知彼: from order exports to ranked key accounts, warnings and the next right action."""
    context.ensure_object(dict).update(workspace=workspace, lang=lang)


def language(context: click.Context | None = None) -> str:
    """The language of the running command."""
    context = context or click.get_current_context(silent=True)
    return _language((context.find_root().obj or {}) if context else {})


def _named_in(words: Sequence[str]) -> dict[str, str]:
    """--lang and --workspace among the words of a command line that is not parsed yet."""
    said = {}
    for word, following in zip(words, (*words[1:], ""), strict=True):
        name, separator, value = word.partition("=")
        if name in ("--lang", "--workspace"):
            said[name[2:]] = value if separator else following
    return said


def _language(said: Mapping[str, str | None]) -> str:
    """What --lang says, else ZHIBI_LANG, else the workspace, else the system."""
    chosen = said.get("lang") or os.environ.get("ZHIBI_LANG")
    if chosen in LANGUAGES:
        return chosen
    folder = Path(said.get("workspace") or os.environ.get("ZHIBI_HOME") or ".")
    if (folder / FILE_NAME).is_file():
        with suppress(ZhibiError, OSError):
            return Settings.load(folder).language
    return "zh-CN" if os.environ.get("LANG", "").startswith("zh") else "en"


def main() -> None:
    """Run a command; whatever a person can cause ends in one sentence and an exit code."""
    from zhibi.cli import analysis, data, serve, upkeep

    for command in (*data.COMMANDS, *upkeep.COMMANDS, *analysis.COMMANDS, *serve.COMMANDS):
        commands.add_command(command)
    said: dict[str, str | None] = {}
    spoken = _language(_named_in(sys.argv[1:]))
    if spoken != "en":
        from zhibi.cli.help import speak

        speak(commands, spoken)
    try:
        sys.exit(commands.main(standalone_mode=False, obj=said) or 0)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(ZhibiError("Stopped; nothing was changed."), _language(said), code=130)
    except ZhibiError as problem:
        _fail(problem, _language(said), code=2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)  # as for any program whose reader went away
    except OSError as problem:
        _fail(_system_error(problem), _language(said), code=2)
    except Exception as problem:
        if _was_stopped(problem):
            _fail(ZhibiError("Stopped; nothing was changed."), _language(said), code=130)
        if os.environ.get(TRACEBACK):
            raise
        is_engine = type(problem).__name__ in ENGINE_ERRORS
        explained = _engine_error(problem) if is_engine else _own_fault(problem)
        _fail(explained, _language(said), code=2 if is_engine else OWN_FAULT)


def _was_stopped(problem: Exception) -> bool:
    """Ctrl-C in the midst of a query: DuckDB answers it with an error of its own, and while a
    result is fetched with a plain RuntimeError."""
    return type(problem).__name__ == "InterruptException" or "Query interrupted" in str(problem)


def _engine_error(problem: Exception) -> ZhibiError:
    return ZhibiError(
        "The data could not be read or written ({problem}); nothing was changed. Free some disk "
        "space or memory, or restore a backup where a file of the workspace is damaged.",
        problem=_first_line(problem),
    )


def _own_fault(problem: Exception) -> ZhibiError:
    return ZhibiError(
        "This is a fault of Zhibi and not of your data ({kind}: {problem}); what was imported is "
        "safe. Run the command again with {variable}=1 set, and report what it prints.",
        kind=type(problem).__name__,
        problem=_first_line(problem),
        variable=TRACEBACK,
    )


def _first_line(problem: Exception) -> str:
    return str(problem).strip().split("\n")[0]


def _system_error(problem: OSError) -> ZhibiError:
    where = problem.filename or "the workspace"
    if problem.errno == errno.ENOSPC:
        return ZhibiError(
            "The disk is full: {file} could not be written, nothing was changed; free some space "
            "and run the command again.",
            file=where,
        )
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ZhibiError(
            "{file} may not be written or read by this user, nothing was changed; change its "
            "permissions, or choose another folder.",
            file=where,
        )
    return ZhibiError(
        "{file}: {problem}; nothing was changed.", file=where, problem=problem.strerror
    )


def _fail(problem: ZhibiError, spoken: str, *, code: int) -> NoReturn:
    from zhibi.locale import explain

    click.secho(explain(problem, spoken), fg="red", err=True)
    sys.exit(code)
