"""`mas-lint why`: where a config value goes, or where a chart's value comes from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .errors import CommandError, user_errors
from .exact_options import exact_errors, exact_options
from .keys import parse_keys
from .options import option, target_options

if TYPE_CHECKING:
    from masgitops_lint.context import Context
    from masgitops_lint.deployment.exact import ExactBuilder
    from masgitops_lint.deployment.value_origin import ValueOrigin
    from masgitops_lint.deployment.value_trace import Trace
    from masgitops_lint.mas.config import MasConfig
    from masgitops_lint.model.place import Keys


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("question", metavar="FILE:KEY | KEY")
@target_options
@exact_options
@click.option("--application", metavar="NAME", help="Ask where KEY of this Application's chart comes from.")
@option("--output-format", "--format", "format_name", type=click.Choice(["text", "json"]), default="text")
def command(question: str, path: str, application: str | None, format_name: str, **options: Any) -> None:
    """Tell where the value of FILE:KEY goes: Applications, charts and fields; and what else could have set it.

    With --application NAME, tell where KEY of that Application's values comes from: base file, override, Helm
    parameter or chart default. Both are found by rendering the real charts (--charts) with changed values.
    """
    from masgitops_lint.app import Request, open_session

    request = Request(
        path=path,
        revision=options["revision"],
        config=options["config"],
        isolated=options["isolated"],
        charts=options["charts"],
        argocd_version=options["argocd_version"],
    )
    with user_errors(), exact_errors():
        context = open_session(request).context
        if application is not None:
            _tell_origin(context, application, _keys(question), options, format_name)
        else:
            _tell_trace(context, question, path, options, format_name)


def _keys(text: str) -> Keys:
    try:
        return parse_keys(text)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _builder(context: Context, options: dict[str, Any], scope: str = "") -> Any:
    """A function that makes an unfinished builder of a config, for the part of the repo that `scope` belongs to."""
    from masgitops_lint.deployment.build import BuildOptions, exact_builder

    build = exact_builder(context, BuildOptions(engine=options["helm_engine"], processes=1, cached=False))
    if build is None:
        raise CommandError(
            "why renders the real charts: name them with --charts (a checkout of the source repo, "
            "DIRECTORY@REVISION, or a revision fetched with `mas-lint charts fetch`)"
        )
    return lambda mas: build(mas, _near(mas, scope))


def _near(mas: MasConfig, file: str) -> Any:
    """Which files matter for one file: those of its account's, cluster's and (below that) own directories."""
    if not file:
        return lambda path: True
    root = next((root for root in mas.roots if file.startswith(root.prefix)), None)
    if root is None:
        return lambda path: True
    parts = file[len(root.prefix) :].split("/")[:-1]
    line = root.prefix + "/".join(parts)

    def near(path: str) -> bool:
        directory = path.rpartition("/")[0]
        return line.startswith(directory) or directory == line or directory.startswith(line + "/")

    return near


def _tell_trace(context: Context, question: str, path: str, options: dict[str, Any], format_name: str) -> None:
    from masgitops_lint.deployment.value_trace import trace_value

    file, colon, key = question.partition(":")
    if not colon or not key:
        raise CommandError(
            "write FILE:KEY, such as dev/cluster1/instance1/ibm-mas-suite.yaml:ibm_mas_suite.mas_channel"
        )
    repository = context.repository
    name = _in_repo(file, path, repository.snapshot.root)
    if name not in repository.path_set:
        raise CommandError(f"there is no file {file} in {repository.snapshot.root}")
    keys = _keys(key)
    try:
        trace = trace_value(context.mas, name, keys, _builder(context, options, name))
    except KeyError:
        raise CommandError(f"{file} has no key {key}") from None
    if format_name == "json":
        click.echo(json.dumps(_trace_data(trace, context), indent=2))
        return
    click.echo("\n".join(_trace_lines(trace, name, key, context)))


def _in_repo(file: str, path: str, root: str) -> str:
    """A file as named on the command line, from the root of the repo."""
    for candidate in (os.path.join(root, file), os.path.join(path, file), file):
        absolute = os.path.abspath(candidate)
        if os.path.isfile(absolute):
            return os.path.relpath(absolute, root).replace(os.sep, "/")
    return file.replace(os.sep, "/")


def _line(context: Context, path: str, keys: Keys) -> str:
    from masgitops_lint.cli.places import locator
    from masgitops_lint.model.place import Place

    span = locator(context.repository)(Place(path, keys, "key"))
    return f"{path}:{span.line}:{span.column}"


def _trace_lines(trace: Trace, file: str, key: str, context: Context) -> Iterator[str]:
    yield f"{file}: {key}"
    if len(trace.setters) > 1:
        yield "  set by, the last one wins:"
        for setter in trace.setters:
            mark = " (wins)" if setter.wins else ""
            yield f"    {_line(context, setter.place.path, setter.place.keys)}{mark}"
    if not trace.scopes:
        yield "  no ApplicationSet reads this file: check its name, its place and its merge-key"
        return
    if not trace.destinations and not trace.failures:
        yield "  is read by nothing: no chart's output changes with it"
    previous = ""
    for one in sorted(trace.destinations):
        if one.application != previous:
            yield f"  {one.application}  ({one.chart})"
            previous = one.application
        what = one.resource or "the Application itself"
        if one.field:
            yield f"    {what}: {one.field}  ({one.template})"
        else:
            verb = "appears" if one.effect == "added" else "disappears"
            yield f"    {what}: {verb} with another value  ({one.template})"
    if trace.failures:
        yield "  with another value the charts fail:"
        yield from (f"    {failure}" for failure in trace.failures)


def _trace_data(trace: Trace, context: Context) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "version": 1,
        "destinations": [asdict(one) for one in sorted(trace.destinations)],
        "setters": [
            {"place": _line(context, one.place.path, one.place.keys), "wins": one.wins} for one in trace.setters
        ],
        "scopes": list(trace.scopes),
        "failures": list(trace.failures),
    }


def _tell_origin(context: Context, name: str, keys: Keys, options: dict[str, Any], format_name: str) -> None:
    from masgitops_lint.deployment.value_origin import origins_of

    builder: ExactBuilder = _builder(context, options)(context.mas)
    answers = origins_of(builder, name, keys)
    if not answers:
        from difflib import get_close_matches

        names = [app.name for app in builder.applications if app.kind == "Application"]
        near = get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise CommandError(f"there is no Application {name}{hint}")
    if format_name == "json":
        click.echo(json.dumps({"version": 1, "answers": [_origin_data(one, context) for one in answers]}, indent=2))
    else:
        click.echo("\n".join(line for answer in answers for line in _origin_lines(answer, context)))
    if not any(answer.exists for answer in answers):
        sys.exit(1)


_KINDS = {
    "override": "override file",
    "base": "base file",
    "parameter": "Helm parameter",
    "manifest": "Account Root Application",
    "default": "chart default",
    "template": "written by the template",
}


def _where(origin: Any, context: Context) -> str:
    if origin.place is not None:
        return _line(context, origin.place.path, origin.place.keys)
    return f"{origin.chart_file}:{origin.line}" if origin.chart_file else "(not in the repo)"


def _origin_lines(answer: ValueOrigin, context: Context) -> Iterator[str]:
    from masgitops_lint.deployment.value_origin import dotted
    from masgitops_lint.report.masking import masked

    key = dotted(answer.key)
    yield f"{answer.application}  ({answer.chart})"
    if not answer.exists:
        yield f"  {key} is not set: neither the config nor the chart's defaults have it"
        return
    shown = json.dumps(answer.value, default=str) if not isinstance(answer.value, str) else answer.value
    shown = shown if len(shown) <= 80 and "\n" not in shown else shown.split("\n")[0][:77] + "..."
    yield "  " + masked([f"{key}: {shown}"], 0)
    for index, origin in enumerate(answer.origins):
        lead = "from" if index == 0 else "else"
        yield f"  {lead} {_KINDS[origin.kind]}  {_where(origin, context)}  {origin.key}"


def _origin_data(answer: ValueOrigin, context: Context) -> dict[str, Any]:
    from masgitops_lint.deployment.value_origin import dotted

    return {
        "application": answer.application,
        "chart": answer.chart,
        "key": dotted(answer.key),
        "set": answer.exists,
        "origins": [
            {"kind": origin.kind, "key": origin.key, "place": _where(origin, context)} for origin in answer.origins
        ],
    }
