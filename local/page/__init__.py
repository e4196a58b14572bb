"""The page of `make run` and `make replay`: a softphone, and an inspector that shows all that a call is made of.

What is seen goes onto a tape (`sights`), seen through ports (`ports`), by the phone (`desk`) or in a log (`logs`).
`view` folds the tape into what the page shows, purely; `server` sends it; `static/` draws it.
"""
