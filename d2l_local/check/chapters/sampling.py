"""Checks of the exercises on sampling new sequences."""

CHECKS = ()
