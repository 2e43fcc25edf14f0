"""Runs of the lab: kept on disk, trained by processes of their own, told as a log that is read while it grows."""
