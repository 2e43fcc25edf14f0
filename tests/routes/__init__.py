"""Tests of receptive.routes and receptive.server."""
