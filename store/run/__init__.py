"""Runs: how they are made, granted, claimed, ended and looked up."""
