"""Text, places in text, and what is said about text: the bottom layer."""
