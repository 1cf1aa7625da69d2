"""Checks of the exercises on bidirectional networks."""

CHECKS = ()
