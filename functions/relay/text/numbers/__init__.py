"""Numbers as people say them: `cardinals` has the words, `languages` what a language says, `spoken` the rules."""
