"""Golden trees with one field changed, under packets; it knows nothing of how a lab is built."""
