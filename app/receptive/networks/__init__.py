"""From a name to a loaded network: of the catalogue, or of a training run."""
