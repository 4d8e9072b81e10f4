"""Commands about who is told: a trial of every channel, and the trader's own choice."""
