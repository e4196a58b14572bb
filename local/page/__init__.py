"""The page of `make run` and `make replay`: a softphone, and an inspector that shows all that a call is made of.

The tape (`observations`) holds what is seen: through ports (`ports`), by the phone (`controller`), in a log (`logs`).
`view` folds the tape into what the page shows, purely; `server` sends it; `static/` draws it.
"""
