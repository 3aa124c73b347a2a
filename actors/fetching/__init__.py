"""Files Downloader at work: look at a server, fetch what is finished there, then tidy up there."""
