"""The application: what happens when someone asks."""

__version__ = "0.1.0"
