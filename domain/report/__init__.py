"""Reports over runs and jobs: what may be asked, over which span, and how the answer is written."""
