"""Reads an emitted tree into `model.Tree`. Does not know: how any of it is laid out or enforced."""
