"""What was recorded: named arrays over epochs, their files and the cache of those trained before."""
