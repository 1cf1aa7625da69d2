"""Checks of the exercises on long short-term memory."""

CHECKS = ()
