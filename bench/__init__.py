"""Measurements of Receptive, each beside its floor in the same run; `make bench` prints them as one table."""
