"""Run a pure stage over many documents: in-process, over processes, or on a Dask cluster."""
