"""What is left of a call: one typed record, folded from all logs of the call once it is over."""
