"""The command line `enquete`: click, French, nothing else."""
