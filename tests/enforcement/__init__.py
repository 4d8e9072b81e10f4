"""Enforcement against brokers that behave: answer, hang, break."""
