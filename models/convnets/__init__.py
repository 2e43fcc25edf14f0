"""Convolutional networks: torch modules, their catalogue, weights and trace; no web framework."""
