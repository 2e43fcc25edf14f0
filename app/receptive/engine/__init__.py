"""Who answers queries to networks."""
