"""SIR to SIR: the passes, the pipelines they stand in, and the manager that runs them."""
