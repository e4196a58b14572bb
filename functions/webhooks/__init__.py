"""Answers each of Twilio's webhooks, after its signature was checked."""
