"""The page of `make run` and `make replay`: a softphone, and an inspector that shows everything about a call.

The tape (`observations`) holds what was observed: by the ports (`ports`), by the phone (`controller`), or in a log
(`logs`). `view` folds the tape into what the page shows; it is pure. `server` sends that to the page, and `static/`
draws it.
"""
