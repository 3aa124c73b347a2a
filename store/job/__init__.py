"""The work queue in the database: a file for each thing that happens to a job."""
