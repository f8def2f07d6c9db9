"""`python -m anmin.cli` is the same as `anmin`."""

from anmin.cli import main

main()
