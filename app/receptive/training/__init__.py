"""Training of networks: data, distortions, the loop as a generator of events, weights with their card."""
