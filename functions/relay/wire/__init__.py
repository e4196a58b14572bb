"""What Twilio and the models say: messages, requests, stream events."""
