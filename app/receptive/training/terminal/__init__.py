"""`receptive train`: what it can be told, what it shows, and what it leaves behind."""
