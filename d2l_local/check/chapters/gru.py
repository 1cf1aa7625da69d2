"""Checks of the exercises on gated recurrent units."""

CHECKS = ()
