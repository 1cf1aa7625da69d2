"""Checks of the exercises on the shapes of recurrent networks."""

CHECKS = ()
