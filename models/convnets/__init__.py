"""What networks are: torch modules, their catalogue, their weights and their trace; no web framework."""
