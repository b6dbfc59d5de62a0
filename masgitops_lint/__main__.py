"""`python -m masgitops_lint` is `mas-lint`."""

from masgitops_lint.cli import main

if __name__ == "__main__":
    main()
