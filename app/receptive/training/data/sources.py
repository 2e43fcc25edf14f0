"""The data sets by name: what is known of them before torch is imported and before anything is fetched."""

FOLDER = "folder:"  # before the path of a folder of images
DRAWINGS = "drawings"  # the visitor's own
NAMES = ("digits", "mnist", "fashion-mnist", "cifar10", DRAWINGS)
