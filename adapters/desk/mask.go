package desk

// masked hides who a person is and leaves enough to tell two apart.
func masked(user string) string {
	letters := []rune(user)
	if len(letters) < 6 {
		return "***"
	}
	return string(letters[:1]) + "***" + string(letters[len(letters)-2:])
}
