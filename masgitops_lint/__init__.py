"""mas-lint: linter and plan for GitOps config repos.

The public API is `masgitops_lint.app.lint(request) -> Report`; rules import `masgitops_lint.sdk` only.
"""
