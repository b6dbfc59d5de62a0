"""The package's version, read by the build and by `mas-lint --version`."""

__version__ = "0.1.0"
