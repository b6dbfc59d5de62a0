"""Which Application installs what another configures: applications of a suite, by the config that makes both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from masgitops_lint.mas.scope import Scope
from masgitops_lint.model.application import Application
from masgitops_lint.model.place import Keys, Place

from .deployment import Deployment

_INSTALL_KEY = "ibm_suite_app_{}_install"
_CONFIGS_KEY = "ibm_mas_masapp_configs"


class Install(NamedTuple):
    """`configuration` configures the suite application `app`, which `install` installs; `place` is where it says so."""

    configuration: Application
    install: Application
    app: str
    place: Place


def installs(scopes: Iterable[Scope], deployment: Deployment) -> Iterator[Install]:
    """Every configuration of a suite application in these scopes, with its install; none where there is no install."""
    for scope in scopes:
        if scope.level != "instance":
            continue
        entries = [(keys, item.get("mas_app_id")) for keys, item in scope.items(_CONFIGS_KEY)]
        if not entries:
            continue
        made: dict[Keys, Application] = {}
        for application in deployment.in_scope(scope.directory):
            made.setdefault(application.source.keys[:2], application)
        for keys, app in entries:
            install = made.get((_INSTALL_KEY.format(app),)) if isinstance(app, str) else None
            configuration = made.get(keys)
            if install is not None and configuration is not None:
                yield Install(configuration, install, str(app), scope.place((*keys, "mas_app_id")))
