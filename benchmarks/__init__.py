"""How fast the helper package trains, beside the classic one: `make bench`."""
