"""What is asked of a lab, and how: cells, waves of probes, tokens that arrive."""
