"""One module for each format, with `render(verdict) -> str`; and the words that they share."""
