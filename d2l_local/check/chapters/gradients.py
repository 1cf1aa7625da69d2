"""Checks of the exercises on vanishing and exploding gradients."""

CHECKS = ()
