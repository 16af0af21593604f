"""SIR: what a skill is, as data: text, flow, edits and notes, with verifier, printer and parser."""
