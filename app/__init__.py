"""The application: what happens when someone asks."""
