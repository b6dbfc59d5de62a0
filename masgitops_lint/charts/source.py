"""Where real charts come from: a checkout of the source repo, a Git revision of one, or a release fetched earlier."""

from __future__ import annotations

import io
import os
import posixpath
from functools import cached_property

from masgitops_lint.model.late_pattern import late_pattern
from masgitops_lint.repo.content_digest import Contents
from masgitops_lint.settings.cache_directory import cache_directory

from .helm.chart import Chart, ChartError, directory_reader, load_chart

DEFAULT_URL = "https://github.com/ibm-mas/gitops"
_SAFE = late_pattern(r"[^A-Za-z0-9._-]+")
_SECONDS = 600


class SourceError(Exception):
    """Charts that cannot be had: the sentence says why and what to do."""


class ChartSource:
    """A tree of charts on disk. `root` is the directory, `label` what to call it in a report."""

    def __init__(self, root: str, label: str) -> None:
        self.root = root
        self.label = label
        self.contents = Contents(root)
        self._charts: dict[str, Chart] = {}

    def __repr__(self) -> str:
        return f"ChartSource({self.label!r})"

    def chart(self, path: str) -> Chart:
        """The chart in a directory of the tree. Raises `ChartError` when there is none."""
        path = posixpath.normpath(path.strip("/") or ".")
        known = self._charts.get(path)
        if known is None:
            if path.startswith("../") or not os.path.isfile(os.path.join(self.root, *path.split("/"), "Chart.yaml")):
                raise ChartError(f"{path}: app path does not exist")
            known = self._charts[path] = load_chart(path, directory_reader(self.root))
        return known

    def has(self, path: str) -> bool:
        """Whether there is a chart at a path."""
        return os.path.isfile(os.path.join(self.root, *path.strip("/").split("/"), "Chart.yaml"))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file of the tree outside `.git`, in order."""
        found: list[str] = []
        for directory, names, files in os.walk(self.root):
            names[:] = sorted(name for name in names if name != ".git")
            above = os.path.join(os.path.relpath(directory, self.root), "").replace(os.sep, "/").removeprefix("./")
            found += [above + name for name in sorted(files)]
        return tuple(found)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the whole tree: names and content of every file outside `.git`."""
        return self.contents.of(self.paths).digest


def fetched_directory(revision: str) -> str:
    """Where `mas-lint charts fetch` puts a revision."""
    return os.path.join(cache_directory(), "charts", _SAFE.sub("_", revision))


def fetched_revisions() -> list[str]:
    """The revisions in the cache."""
    try:
        names = os.listdir(os.path.join(cache_directory(), "charts"))
    except OSError:
        return []
    return sorted(name for name in names if not name.startswith(".") and _has_charts(fetched_directory(name)))


def is_source(wanted: str | None) -> bool:
    """Whether `--charts` names real charts here on this machine, rather than a bundled release profile."""
    if not wanted:
        return False
    path, _, revision = wanted.rpartition("@")
    return (
        os.path.isdir(wanted)
        or bool(path and revision and os.path.isdir(path))
        or _has_charts(fetched_directory(wanted))
    )


def open_source(wanted: str) -> ChartSource:
    """The charts that `--charts` names: a directory, `DIRECTORY@REVISION` (any Git revision of a clone), or a revision
    that was fetched. Raises `SourceError`."""
    if os.path.isdir(wanted):
        if not _has_charts(wanted):
            raise SourceError(
                f"{wanted} holds no charts: a checkout of the source repo has root-applications/ibm-mas-account-root"
            )
        return ChartSource(os.path.abspath(wanted), _label(wanted))
    path, _, revision = wanted.rpartition("@")
    if path and revision and os.path.isdir(path):
        return ChartSource(_extracted(path, revision), f"{_name(path)} {revision}")
    fetched = fetched_directory(wanted)
    if _has_charts(fetched):
        return ChartSource(fetched, f"ibm-mas/gitops {wanted}")
    raise SourceError(
        f"there are no charts at {wanted!r}: give a checkout of the source repo, DIRECTORY@REVISION, or fetch them "
        f"first with `mas-lint charts fetch {wanted}`"
    )


def _has_charts(directory: str) -> bool:
    return os.path.isdir(os.path.join(directory, "root-applications"))


def _name(path: str) -> str:
    base = os.path.basename(os.path.abspath(path).rstrip("/"))
    return base.removesuffix(".git") or "charts"


def _label(path: str) -> str:
    """What Git calls the checkout's commit, else the directory's name."""
    try:
        described = _git(path, "describe", "--tags", "--always", "--dirty").decode("utf-8", "replace").strip()
    except SourceError:
        return _name(path)
    top = _git(path, "rev-parse", "--show-toplevel").decode("utf-8", "replace").strip()
    inside = os.path.realpath(top) == os.path.realpath(path)
    return f"{_name(path)} {described}" if described and inside else _name(path)


def _git(path: str, *arguments: str) -> bytes:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", path, *arguments],
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SourceError(f"git cannot be run: {error}") from None
    if done.returncode != 0:
        text = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceError(text[-1] if text else f"git {arguments[0]} failed")
    return done.stdout


def _extracted(path: str, revision: str) -> str:
    """The tree of a revision, extracted into the cache (once a commit)."""
    if revision.startswith("-"):
        raise SourceError(f"{revision!r} is no Git revision")
    try:
        commit = _git(path, "rev-parse", "--verify", "--quiet", revision + "^{commit}").decode().strip()
    except SourceError:
        raise SourceError(f"{path} has no Git revision {revision!r}") from None
    target = os.path.join(cache_directory(), "trees", commit)
    if not _has_charts(target):
        _install(_git(path, "archive", "--format=tar", commit), target)
    if not _has_charts(target):
        raise SourceError(f"{path}@{revision} holds no charts: there is no root-applications directory")
    return target


def _install(tar: bytes, target: str) -> None:
    """Unpack next to the target, then rename: another process sees all of it or nothing."""
    import shutil
    import tarfile
    import tempfile

    os.makedirs(os.path.dirname(target), exist_ok=True)
    scratch = tempfile.mkdtemp(prefix=".new-", dir=os.path.dirname(target))
    try:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            # Python before 3.11.4 has no filters; what is let through below are plain files inside the directory
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            for member in archive:
                if member.isfile() and not member.name.startswith(("/", "..")) and "/../" not in member.name:
                    archive.extract(member, scratch)
        try:
            os.rename(scratch, target)
        except OSError:
            if not _has_charts(target):
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def fetch(revision: str, url: str = DEFAULT_URL) -> str:
    """Clone one revision of the source repo into the cache; the directory it is in. Needs the network.

    Raises `SourceError`.
    """
    import shutil
    import tempfile

    if revision.startswith("-") or url.startswith("-"):
        raise SourceError("neither a revision nor an address starts with a dash")
    target = fetched_directory(revision)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    scratch = tempfile.mkdtemp(prefix=".fetch-", dir=os.path.dirname(target))
    try:
        _git(scratch, "init", "--quiet")
        _git(scratch, "fetch", "--quiet", "--depth", "1", url, revision)
        tar = _git(scratch, "archive", "--format=tar", "FETCH_HEAD")
        shutil.rmtree(target, ignore_errors=True)
        _install(tar, target)
    except OSError as error:
        raise SourceError(f"the charts cannot be written to {target}: {error}") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if not _has_charts(target):
        raise SourceError(f"{url} at {revision} holds no charts: there is no root-applications directory")
    return target
