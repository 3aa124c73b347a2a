"""Report queries, their schedules and deliveries, and the runs and jobs that a report reads."""
