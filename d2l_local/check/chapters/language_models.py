"""Checks of the exercises on language models."""

CHECKS = ()
