"""What is learned from: published data sets, folders, a visitor's own drawings, each as labelled pictures."""
