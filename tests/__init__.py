"""The tests: a mirror of the tree, and tests/browser, which drives a real Chromium."""
