"""Engines answer queries: an interface, and a local form with lanes of threads."""
