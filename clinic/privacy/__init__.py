"""A client's data as a whole: what there is, giving it out, erasing it, and keeping it no longer."""
