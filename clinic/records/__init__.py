"""A client's data as a whole: giving it out, erasing it, and keeping it no longer than need be."""
