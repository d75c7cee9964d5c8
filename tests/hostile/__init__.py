"""The hostile web: what a server may send, and what must come of it all the same."""
