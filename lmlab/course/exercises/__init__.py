"""The exercises as data: one module for each theme, each with a tuple `EXERCISES`."""
