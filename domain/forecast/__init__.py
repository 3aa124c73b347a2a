"""What the next 24 hours will bring the run groups, from planned times and past durations."""
