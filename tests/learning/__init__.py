"""The pages of docs/learning, performed."""
