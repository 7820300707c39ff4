"""One module for each way of telling it; each has `render(verdict) -> str`."""
