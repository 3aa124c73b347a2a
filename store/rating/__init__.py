"""What the rating core works with, from the objects of the site."""
