"""Checks of the exercises on backpropagation through time."""

CHECKS = ()
