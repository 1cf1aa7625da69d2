"""Checks of the exercises on why sequences need models of their own."""

CHECKS = ()
