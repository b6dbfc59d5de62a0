"""Compiles a checkout of the source repo into a release profile: only `mas-lint charts build` comes here."""
