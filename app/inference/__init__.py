"""From a picture to every activation of a network, and to the bytes that carry them."""
