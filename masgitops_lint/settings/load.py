"""Find, read and validate `.mas-lint.yaml`. Every error names the file, line and column."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from masgitops_lint.model.place import Keys, Span

from .values import Settings

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from masgitops_lint.repo.yaml import Document

FILE_NAME = ".mas-lint.yaml"
_MISNAMED = (".mas-lint.yml", "mas-lint.yaml", "mas-lint.yml")
# what a reader of the repo only remarks on is an error here
_REFUSED = frozenset(("duplicate-key", "multiple-documents", "conflict-marker"))
# mappings whose keys the user chooses: nothing there is a misspelt setting, and an explicit null is a value
_FREE = ("rules", "parameters")


class SettingsProblem(NamedTuple):
    """One thing that is wrong in a settings file."""

    path: str
    span: Span
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.span.line}:{self.span.column}: {self.message}"


class SettingsError(Exception):
    """A settings file that cannot be used; `problems` holds every one found, in the order of the file."""

    def __init__(self, problems: Iterable[SettingsProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.span, problem.message)))
        super().__init__("\n".join(map(str, self.problems)))


class SettingPlace(NamedTuple):
    """Where a setting stands; as text `file:line:column`, read from the file only when somebody asks."""

    path: str | None
    keys: Keys
    part: Literal["key", "value"] = "value"

    def __str__(self) -> str:
        name = ".".join(map(str, self.keys))
        if self.path is None:
            return f"settings: {name}"
        from masgitops_lint.repo.yaml import parse

        try:
            with open(self.path, "rb") as file:
                span = parse(self.path, file.read()).span(self.keys, self.part)
        except OSError:
            return f"{self.path}: {name}"
        return f"{self.path}:{span.line}:{span.column}"


def find_settings(root: str) -> str | None:
    """The nearest `.mas-lint.yaml` from directory `root` upwards, at most up to the root of its Git repository.

    Outside a Git repository only `root` itself is looked at. Raises `SettingsError` for a file with a near name
    (`.mas-lint.yml`) where the right one is missing: it would be ignored silently.
    """
    start = os.path.abspath(root)
    for directory in _upwards(start):
        path = os.path.join(directory, FILE_NAME)
        if os.path.isfile(path):
            return path
        for name in _MISNAMED:
            near = os.path.join(directory, name)
            if os.path.isfile(near):
                raise SettingsError([SettingsProblem(near, Span(), f"settings are read from {FILE_NAME}: rename it")])
    return None


def load_settings(root: str, config: str | None = None, *, isolated: bool = False) -> Settings:
    """The settings for linting `root`: those of `config`, else of the nearest file, else (or isolated) the defaults.

    Raises `SettingsError` when the file cannot be read or says something wrong.
    """
    path = config if config is not None else None if isolated else find_settings(root)
    if path is None:
        return Settings()
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError([SettingsProblem(path, Span(), f"cannot read the settings: {reason}")]) from None
    return parse_settings(path, raw)


def parse_settings(path: str, raw: bytes) -> Settings:
    """The settings that `raw` holds; an empty file gives the defaults. Raises `SettingsError`."""
    from masgitops_lint.repo.yaml import parse

    document = parse(path, raw)
    broken = [problem for problem in document.problems if problem.fatal or problem.kind in _REFUSED]
    if broken:
        raise SettingsError(SettingsProblem(path, problem.span, problem.message) for problem in broken)
    if document.data is None:
        return Settings(path=path)
    if not isinstance(document.data, dict):
        raise SettingsError(
            [SettingsProblem(path, Span(), "the settings must be a mapping, such as `ignore: [CFG001]`")]
        )
    return _validated(document, path)


def _validated(document: Document, path: str) -> Settings:
    from pydantic import ValidationError

    from .model import SettingsModel, to_values

    data = _without_nulls(document.data)
    try:
        return _anchored(to_values(SettingsModel.model_validate(data), path), os.path.dirname(path))
    except ValidationError as error:
        problems = [_problem(document, path, detail, SettingsModel) for detail in error.errors(include_url=False)]
    raise SettingsError(problems)


def _anchored(settings: Settings, directory: str) -> Settings:
    """Paths in the settings count from the file's own directory: the baseline, and charts that start with a dot."""

    def charts(source: str | None) -> str | None:
        return os.path.join(directory, source) if source is not None and source.startswith(("./", "../")) else source

    return settings._replace(
        baseline=None if settings.baseline is None else os.path.join(directory, settings.baseline),
        source=settings.source._replace(charts=charts(settings.source.charts)),
        accounts={name: account._replace(charts=charts(account.charts)) for name, account in settings.accounts.items()},
    )


def _upwards(start: str) -> list[str]:
    directories = [start]
    while not os.path.exists(os.path.join(directories[-1], ".git")):
        parent = os.path.dirname(directories[-1])
        if parent == directories[-1]:
            return [start]
        directories.append(parent)
    return directories


def _without_nulls(data: Any) -> Any:
    """`accounts:` with nothing under it means the default, as in most tools."""
    if not isinstance(data, dict):
        return data
    return {key: value if key in _FREE else _without_nulls(value) for key, value in data.items() if value is not None}


def _problem(document: Document, path: str, detail: ErrorDetails, model: type[BaseModel]) -> SettingsProblem:
    route = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    on_key = kind == "extra_forbidden" or "[key]" in detail["loc"]
    span = document.span(route, "key" if on_key else "value")
    return SettingsProblem(path, span, _message(document, route, kind, detail, model))


def _message(document: Document, route: Keys, kind: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    name = ".".join(map(str, route))
    if kind == "extra_forbidden":
        key = str(route[-1])
        near = _near(key, _known_keys(model, route[:-1]))
        return f"unknown setting `{name}`" + (f": did you mean `{near}`?" if near else "")
    if kind == "missing":
        return f"`{name}` is required"
    value = detail["input"]
    if kind == "string_type" and isinstance(value, int | float) and "[key]" not in detail["loc"]:
        written = document.scalar_text(route) or str(value)
        return f'`{name}` must be text, YAML reads {written} as {_yaml_kind(value)}: write "{written}" in quotes'
    if kind in ("list_type", "dict_type", "model_type", "bool_type", "int_type", "string_type"):
        wanted = {
            "list_type": "a list",
            "dict_type": "a mapping",
            "model_type": "a mapping",
            "bool_type": "true or false",
            "int_type": "a whole number",
            "string_type": "text",
        }[kind]
        return f"`{name}` must be {wanted}, not {_yaml_kind(value)}"
    if kind == "literal_error":
        allowed = [
            part.strip(" '") for part in str(detail.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")
        ]
        near = _near(str(value), allowed)
        hint = f": did you mean `{near}`?" if near else ""
        return f"`{name}` must be one of {', '.join(allowed)}, not `{value}`{hint}"
    if kind == "string_pattern_mismatch":
        what = (
            "a version such as 2.11.3"
            if "version" in str(route[-1])
            else "a rule's code, prefix or name such as CFG003"
        )
        return f"`{name}` must be {what}, not `{value}`"
    return f"`{name}`: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _known_keys(model: type[BaseModel], route: Keys) -> list[str]:
    """The keys that the model has at `route`, walking through lists and mappings of models."""
    current: Any = model
    for part in route:
        fields = dict(_fields(current))
        if fields:
            current = fields.get(str(part))
        else:
            arguments = getattr(current, "__args__", ())
            current = arguments[-1] if arguments else None
    return [name for name, _ in _fields(current)]


def _fields(model: Any) -> list[tuple[str, Any]]:
    return [(info.alias or name, info.annotation) for name, info in getattr(model, "model_fields", {}).items()]


def _near(word: str, known: Iterable[str]) -> str | None:
    import difflib

    plain = {name.replace("_", "-").lower(): name for name in known}
    matches = difflib.get_close_matches(word.replace("_", "-").lower(), plain, n=1, cutoff=0.6)
    return plain[matches[0]] if matches else None


def _yaml_kind(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    for kind, name in ((str, "text"), (list, "a list"), (dict, "a mapping"), (int, "a number"), (float, "a number")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else type(value).__name__
