"""Tests of app/routes and app/server."""
