"""The sticky comment against a fake of GitHub's REST API, over real HTTP on the loopback interface."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from masgitops_lint.cli.comment import command
from masgitops_lint.report.comment import LIMIT, CommentError, PullRequest, comment_body, keep_comment, marker

BOT = "github-actions[bot]"


class FakeGitHub:
    """Comments of one pull request, paged by hundred, with the failures that a test asks for."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        self.failures: list[tuple[int, dict[str, str]]] = []
        self.read_only = False
        self.tokens: set[str] = set()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, code: int, data: Any, headers: dict[str, str] | None = None) -> None:
                body = json.dumps(data).encode()
                self.send_response(code)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                data = json.loads(self.rfile.read(length)) if length else None
                fake.requests.append((self.command, self.path))
                fake.tokens.add(self.headers.get("Authorization", ""))
                if fake.failures:
                    code, headers = fake.failures.pop(0)
                    self._answer(code, {"message": "no"}, headers)
                elif self.command == "GET":
                    page = int(parse_qs(urlsplit(self.path).query)["page"][0])
                    self._answer(200, fake.comments[(page - 1) * 100 : page * 100])
                elif fake.read_only:
                    self._answer(403, {"message": "Resource not accessible by integration"})
                elif len(data["body"]) > 65_536:
                    self._answer(422, {"message": "Body is too long"})
                elif self.command == "POST":
                    assert self.path == "/repos/acme/config/issues/7/comments"
                    fake.add(BOT, data["body"])
                    self._answer(201, fake.comments[-1])
                else:
                    number = int(re.fullmatch(r"/repos/acme/config/issues/comments/(\d+)", self.path)[1])  # type: ignore[index]
                    known = next(one for one in fake.comments if one["id"] == number)
                    known["body"] = data["body"]
                    self._answer(200, known)

            do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - names of the standard library

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def add(self, login: str, body: str) -> None:
        self.comments.append({"id": len(self.comments) + 1, "user": {"login": login}, "body": body})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.requests]


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    fake = FakeGitHub()
    yield fake
    fake.close()


def pull(github: FakeGitHub) -> PullRequest:
    return PullRequest(github.url, "acme/config", 7, "secret-token", BOT)


def test_it_is_created_once_and_updated_in_place(github: FakeGitHub) -> None:
    assert keep_comment(pull(github), "first") == "created"
    assert keep_comment(pull(github), "second") == "updated"
    assert keep_comment(pull(github), "second") == "unchanged"
    assert [one["body"] for one in github.comments] == [marker("plan") + "\nsecond"]
    assert github.methods == ["GET", "POST", "GET", "PATCH", "GET"]
    assert github.tokens == {"Bearer secret-token"}


def test_it_is_silent_when_nothing_changes(github: FakeGitHub) -> None:
    assert keep_comment(pull(github), "\n") == "silent"
    assert github.methods == ["GET"]
    keep_comment(pull(github), "something")
    assert keep_comment(pull(github), "") == "updated"
    assert "something" not in github.comments[0]["body"]
    assert keep_comment(pull(github), "") == "unchanged"


def test_it_is_found_behind_many_others(github: FakeGitHub) -> None:
    for number in range(250):
        github.add("someone", f"comment {number}")
    github.comments[230] = {"id": 231, "user": {"login": BOT}, "body": marker("plan") + "\nold"}
    assert keep_comment(pull(github), "new") == "updated"
    assert github.comments[230]["body"].endswith("new")
    assert len(github.comments) == 250


def test_nobody_elses_comment_is_touched(github: FakeGitHub) -> None:
    github.add("someone", marker("plan") + "\nfake")
    github.add(BOT, "look: " + marker("plan"))
    github.add(BOT, marker("other") + "\nanother job")
    assert keep_comment(pull(github), "mine") == "created"
    assert github.comments[0]["body"].endswith("fake")
    assert github.comments[2]["body"].endswith("another job")


@pytest.mark.parametrize("text", ["line of a plan\n" * 50_000, "é" * 300_000, "🗑️ pruned\n" * 40_000])
def test_it_always_fits(github: FakeGitHub, text: str) -> None:
    assert keep_comment(pull(github), "**summary**\n" + text, link="https://example.com/run") == "created"
    body = github.comments[0]["body"]
    assert len(body.encode()) <= LIMIT + 2_000 <= 67_000
    assert len(body) <= 65_536
    assert body.startswith(marker("plan") + "\n**summary**")
    assert "https://example.com/run" in body


def test_a_short_text_is_left_alone() -> None:
    assert comment_body("text", "plan") == marker("plan") + "\ntext"


def test_a_fork_gets_no_comment(github: FakeGitHub) -> None:
    github.read_only = True
    assert keep_comment(pull(github), "text") == "forbidden"
    assert github.comments == []


def test_a_hiccup_is_tried_again_but_never_posted_twice(github: FakeGitHub) -> None:
    github.failures = [(502, {}), (429, {"Retry-After": "0"})]
    assert keep_comment(pull(github), "text", pause=0) == "created"
    github.comments.clear()
    github.requests.clear()

    github.failures = [(500, {}), (500, {}), (500, {})]
    with pytest.raises(CommentError, match="500"):
        keep_comment(pull(github), "text", pause=0)
    assert github.methods == ["GET"] * 3


def test_the_token_goes_nowhere_else(github: FakeGitHub) -> None:
    with pytest.raises(CommentError, match="https"):
        keep_comment(PullRequest("http://example.com", "acme/config", 7, "secret"), "text")
    github.failures = [(302, {"Location": "http://127.0.0.1:1/elsewhere"})]
    with pytest.raises(CommentError):
        keep_comment(pull(github), "text", pause=0)
    assert len(github.requests) == 1


def _run(github: FakeGitHub, tmp_path: Path, text: str, **environment: str) -> Any:
    (tmp_path / "plan.md").write_text(text)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    environment = {
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "acme/config",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_TOKEN": "secret-token",
        **environment,
    }
    return CliRunner().invoke(command, [str(tmp_path / "plan.md"), str(tmp_path / "missing.md")], env=environment)


def test_the_command_reads_the_run(github: FakeGitHub, tmp_path: Path) -> None:
    result = _run(github, tmp_path, "the plan\n")
    assert result.exit_code == 0, result.output
    assert github.comments[0]["body"] == marker("plan") + "\nthe plan\n"
    assert (tmp_path / "summary.md").read_text() == "the plan\n"
    assert "secret-token" not in result.output


@pytest.mark.parametrize("environment", [{"GITHUB_TOKEN": ""}, {"GITHUB_EVENT_PATH": "/nowhere"}])
def test_without_token_or_pull_request_the_summary_stays(
    github: FakeGitHub, tmp_path: Path, environment: dict[str, str]
) -> None:
    result = _run(github, tmp_path, "the plan\n", **environment)
    assert result.exit_code == 0
    assert github.requests == []
    assert (tmp_path / "summary.md").read_text() == "the plan\n"


def test_nothing_to_say_leaves_no_trace(github: FakeGitHub, tmp_path: Path) -> None:
    assert _run(github, tmp_path, "").exit_code == 0
    assert github.comments == []
    assert not (tmp_path / "summary.md").exists()


def test_a_strange_repository_is_refused(github: FakeGitHub, tmp_path: Path) -> None:
    result = _run(github, tmp_path, "text", GITHUB_REPOSITORY="acme/config/../../other")
    assert result.exit_code == 2
    assert github.requests == []
