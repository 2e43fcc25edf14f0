"""Runs of the lab: kept on disk, trained by processes of their own, logged as events that are read while they come."""
