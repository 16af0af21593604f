"""From SIR to files: a skill folder for a target, its source again, pictures and reports, and the compile driver."""
