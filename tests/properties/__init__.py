"""Properties that hold for any input, not just for examples."""
