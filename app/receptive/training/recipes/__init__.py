"""Recipes of the shipped weights: stages, distortions, and the card of each network."""
