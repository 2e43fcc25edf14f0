"""`python -m receptive`: the same as the command `receptive`."""

from receptive.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
