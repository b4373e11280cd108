package intents

func appendNumbers(dst []Entity, text []rune) []Entity { return dst }

func leansBack(text []rune, h hit) bool { return isWhole(text, h) }
