"""Says numbers as people say them: `cardinals` has the words, `languages` the languages, `spoken` the rules."""
