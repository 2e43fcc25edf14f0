"""How the shipped weights are made: the recipe of each network, its distortions, and the card that goes with them."""
