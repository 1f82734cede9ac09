"""Where independent tasks of a long computation run: processes of this machine, a dask cluster, Slurm."""
