"""The work queue: the states of a job, its tries and its lanes; nothing here reads or writes."""
