"""Dropout, on any numbers and inside a network."""
