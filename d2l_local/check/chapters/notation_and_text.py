"""Checks of the exercises on notation, and on text as sequences."""

CHECKS = ()
