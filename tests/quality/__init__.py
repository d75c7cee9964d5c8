"""Quality is a test: floors that may only rise."""
