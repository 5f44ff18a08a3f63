"""What happens when processes are killed while people save."""
