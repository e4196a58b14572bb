"""Defines what Twilio and the models say: messages, requests, stream events."""
