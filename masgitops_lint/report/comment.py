"""One comment on a pull request that is kept up to date, through GitHub's REST API.

Nothing here runs unless it is asked for. Documented at GitHub: REST API, issues, comments.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

Outcome: TypeAlias = Literal["created", "updated", "unchanged", "silent", "forbidden"]

LIMIT = 65_000
"""Bytes of a comment; GitHub takes 65,536 characters."""
NOTHING = "Nothing changes any more: Argo CD would do nothing when this is merged."
_MOST_PAGES = 50
_TRIES = 3


class CommentError(Exception):
    """GitHub could not be asked, or refused for another reason than missing rights; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where the comment goes. `api` is the REST API's address, `repository` is `owner/name`."""

    api: str
    repository: str
    number: int
    token: str
    author: str = ""
    """Login of who writes the comment: somebody else's comment is never touched. "" trusts the marker alone."""


def marker(key: str) -> str:
    """The hidden first line by which the comment is found again. `key` tells several comments apart."""
    safe = "".join(character for character in key if character.isalnum() or character in "-_./")
    return f"<!-- mas-lint:{safe} -->"


def comment_body(text: str, key: str, link: str = "") -> str:
    """The whole comment: marker, as much of the text as fits, and where the rest is."""
    head = marker(key) + "\n"
    whole = head + text
    if len(whole.encode()) <= LIMIT:
        return whole
    where = f"[the full plan]({link})" if link else "the full plan is in the output of the run"
    tail = f"\n\n… this is not all: {where}.\n"
    room = LIMIT - len(head.encode()) - len(tail.encode())
    kept: list[str] = []
    for line in text.split("\n"):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    if not kept:
        kept = [text.encode()[: LIMIT - 2_000].decode("utf-8", "ignore")]
    return head + "\n".join(kept) + tail


def keep_comment(pull: PullRequest, text: str, key: str = "plan", link: str = "", pause: float = 1.0) -> Outcome:
    """Create, update or leave the comment so that it says `text`. Empty text creates none and empties an old one.

    `pause` is the wait in seconds before a failed request is tried again. Raises `CommentError`.
    """
    api = _Api(pull, pause)
    known = api.find(marker(key))
    if not text.strip():
        if known is None:
            return "silent"
        text = NOTHING
    body = comment_body(text, key, link)
    if known is not None and _same(known.get("body"), body):
        return "unchanged"
    if known is not None:
        api.call("PATCH", f"/repos/{pull.repository}/issues/comments/{int(known['id'])}", {"body": body})
        return "forbidden" if api.forbidden else "updated"
    api.call("POST", f"/repos/{pull.repository}/issues/{pull.number}/comments", {"body": body})
    return "forbidden" if api.forbidden else "created"


def _same(known: Any, body: str) -> bool:
    return isinstance(known, str) and known.replace("\r\n", "\n").strip() == body.strip()


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry the token to another address."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


class _Api:
    def __init__(self, pull: PullRequest, pause: float) -> None:
        parts = urlsplit(pull.api)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise CommentError(f"{pull.api} is no https address: the token is not sent there")
        self._pull = pull
        self._pause = pause
        self._open = build_opener(_NoRedirect).open
        self.forbidden = False

    def find(self, mark: str) -> Mapping[str, Any] | None:
        """The newest comment that starts with the marker and was written by the right author."""
        found = None
        for comment in self._comments():
            body, user = comment.get("body"), comment.get("user")
            login = user.get("login") if isinstance(user, dict) else None
            if isinstance(body, str) and body.startswith(mark) and self._pull.author in ("", login):
                found = comment
        return found

    def _comments(self) -> Iterator[Mapping[str, Any]]:
        for page in range(1, _MOST_PAGES + 1):
            path = f"/repos/{self._pull.repository}/issues/{self._pull.number}/comments?per_page=100&page={page}"
            answer = self.call("GET", path)
            comments = answer if isinstance(answer, list) else []
            yield from (one for one in comments if isinstance(one, dict))
            if len(comments) < 100:
                return

    def call(self, method: str, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """The decoded answer; None when the token may not do this, which `forbidden` remembers."""
        request = Request(
            self._pull.api.rstrip("/") + path,
            data=None if data is None else json.dumps(data).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._pull.token}",
                "Content-Type": "application/json",
                "User-Agent": "mas-lint",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        for attempt in range(1, _TRIES + 1):
            try:
                with self._open(request, timeout=30) as answer:
                    return json.loads(answer.read() or b"null")
            except HTTPError as error:
                with error:
                    if error.code in (401, 403, 404) and not _rate_limited(error):
                        self.forbidden = True
                        return None
                    again = error.code in (403, 429, 500, 502, 503, 504) and method != "POST"
                    if not again or attempt == _TRIES:
                        raise CommentError(f"GitHub answered {error.code} to {method} {path}") from error
            except (URLError, OSError, ValueError) as error:
                if attempt == _TRIES or method == "POST":
                    reason = getattr(error, "reason", error)
                    raise CommentError(f"GitHub cannot be reached at {self._pull.api}: {reason}") from error
            time.sleep(self._pause * attempt)
        raise AssertionError("unreachable")


def _rate_limited(error: HTTPError) -> bool:
    return error.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in error.headers
