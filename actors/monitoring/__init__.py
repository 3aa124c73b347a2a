"""Services that sample and check servers."""
