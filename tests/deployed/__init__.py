"""`make deploy-check`: what is deployed, on emulators of AWS that others wrote, with calls carried through it."""
