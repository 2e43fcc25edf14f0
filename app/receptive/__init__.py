"""The application: pages, REST, networks and training."""

from receptive import safe_path as _safe_path  # noqa: F401  before any other import

__version__ = "0.1.0"
