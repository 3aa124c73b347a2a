"""Registrars of domain names: EPP, RDAP (reading only), and the API of a foreign reseller."""
