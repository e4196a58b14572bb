"""`make deploy-check`: deploys to emulators of AWS that others wrote, and runs calls through the deployment."""
