"""Objects: a table for each kind of `domain.objects.catalogue`, read and written by its declaration."""
