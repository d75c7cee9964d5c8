"""Sites that are crawled by themselves: the list, what is due, who is told, what is wrong."""
