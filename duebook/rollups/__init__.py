"""What is derived from the facts and kept, so that pages need not add it up each time."""
