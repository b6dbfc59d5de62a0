"""`mas-lint comment`: keep one comment of a pull request up to date. The only command that writes to GitHub."""

from __future__ import annotations

import json
import os

import click

from .errors import CommandError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, type=click.Path(), metavar="FILE...")
@click.option("--repository", envvar="GITHUB_REPOSITORY", metavar="OWNER/NAME")
@click.option("--pull-request", "number", type=int, metavar="N", help="Otherwise from the event that started the run.")
@click.option("--api-url", envvar="GITHUB_API_URL", default="https://api.github.com", show_default=True)
@click.option("--token-variable", default="GITHUB_TOKEN", show_default=True, help="The variable that holds the token.")
@click.option("--author", default="github-actions[bot]", show_default=True, help="Whose comment it is.")
@click.option("--key", default="plan", show_default=True, help="Tells several comments of one pull request apart.")
@click.option("--link", default="", metavar="URL", help="Where the whole of a text is that does not fit.")
@click.option("--summary", envvar="GITHUB_STEP_SUMMARY", metavar="FILE", help="Add the text to this job summary.")
def command(
    files: tuple[str, ...],
    repository: str | None,
    number: int | None,
    api_url: str,
    token_variable: str,
    author: str,
    key: str,
    link: str,
    summary: str | None,
) -> None:
    """Make one comment of a pull request say what stands in FILE (Markdown; several are joined).

    Empty files create no comment; one that is there is emptied. Without a token, without a pull request, or where the
    token may not write (a fork), the text goes to the job summary only.
    """
    text = "\n".join(part for part in map(_read, files) if part.strip())
    if summary and text.strip():
        _add(summary, text)
    number = number or _number_from_event()
    token = os.environ.get(token_variable, "")
    missing = [
        what for what, given in (("token", token), ("pull request", number), ("repository", repository)) if not given
    ]
    if missing:
        click.echo(f"mas-lint: no comment: there is no {' and no '.join(missing)}", err=True)
        return
    assert number is not None
    assert repository is not None
    from masgitops_lint.report.comment import CommentError, PullRequest, keep_comment

    if not _plausible(repository):
        raise CommandError(f"{repository} is no repository (owner/name)")
    try:
        outcome = keep_comment(PullRequest(api_url, repository, number, token, author), text, key, link)
    except CommentError as error:
        raise CommandError(str(error)) from error
    said = {
        "forbidden": "no comment: the token may not write one here (a fork?)",
        "silent": "no comment: nothing to say",
    }
    click.echo(f"mas-lint: {said.get(outcome, f'comment {outcome}')}", err=True)


def _plausible(repository: str) -> bool:
    parts = repository.split("/")
    return len(parts) == 2 and all(part and all(c.isalnum() or c in "-_." for c in part) for part in parts)


def _read(file: str) -> str:
    if not os.path.exists(file):
        return ""
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from error


def _add(file: str, text: str) -> None:
    try:
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(text if text.endswith("\n") else text + "\n")
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from error


def _number_from_event() -> int | None:
    file = os.environ.get("GITHUB_EVENT_PATH")
    if not file:
        return None
    try:
        with open(file, encoding="utf-8") as stream:
            event = json.load(stream)
    except (OSError, ValueError):
        return None
    pull = event.get("pull_request") if isinstance(event, dict) else None
    number = pull.get("number") if isinstance(pull, dict) else None
    return number if isinstance(number, int) and number > 0 else None
