"""Tests of receptive.queries."""
