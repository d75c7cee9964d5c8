"""Plain-text dumps: pages of which a naive tool left nothing but lines.

A dump is walked into the same blocks as a page (``walk``), one per line; ``lines`` and ``context`` say what is seen of
each line, ``trees`` how likely it is body, ``body`` which lines are kept, and the fields read what stands around.
``steps`` is the order.
"""
