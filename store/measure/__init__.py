"""What the metrics are read from: one aggregate query for each family, none of which reads history."""
