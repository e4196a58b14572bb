"""What each of Twilio's webhooks is answered with, once it is proven to come from Twilio."""
