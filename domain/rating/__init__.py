"""From a leg of a call to its charge: one function over arrays, for all who rate. Needs numpy."""
