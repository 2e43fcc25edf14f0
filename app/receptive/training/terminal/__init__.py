"""`receptive train`: its flags, its progress in the terminal, and the files it writes."""
