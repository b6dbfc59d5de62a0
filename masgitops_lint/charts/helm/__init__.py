"""Helm itself behind a small interface: in process through helm-python-sdk, or the `helm` program."""
