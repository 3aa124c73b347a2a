"""Calls as the switches tell them: the legs a file holds, before anybody has rated them."""
