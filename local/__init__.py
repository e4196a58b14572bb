"""The laptop: the handlers behind an emulator of API Gateway, a simulator of Twilio, and calls in the terminal."""
