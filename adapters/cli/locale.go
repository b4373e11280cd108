package cli

// localeFlag chooses the language of answers.
type localeFlag struct {
	Locale string `help:"Language of the answers, zh-CN or en; otherwise the one you write in." placeholder:"TAG" enum:",zh,zh-CN,en" default:""`
}

// tag is the language tag, empty for the language written.
func (l localeFlag) tag() string {
	if l.Locale == "zh" {
		return "zh-CN"
	}
	return l.Locale
}
