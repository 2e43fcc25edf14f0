"""Training data: published data sets, folders, a visitor's own drawings, each as labelled pictures."""
