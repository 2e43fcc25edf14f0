"""Queries to a network, one module each."""
