"""Files of other systems: tables out of them, and what stands in their columns."""
