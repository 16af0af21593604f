"""What happens while a skill runs."""
