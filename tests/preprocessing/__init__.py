"""Tests of receptive.preprocessing."""
