"""One module for each thing that can be asked of a network."""
