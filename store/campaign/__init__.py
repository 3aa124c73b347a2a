"""Campaigns, their recipients, and the addresses that get no more of them."""
