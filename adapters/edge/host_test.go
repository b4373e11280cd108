package edge

import "testing"

func TestOwnHost(t *testing.T) {
	t.Parallel()
	names := []string{"bot.example.com:8443", "Help.Example.com"}
	for host, want := range map[string]bool{
		"localhost":              true,
		"localhost:8080":         true,
		"LOCALHOST.:8080":        true,
		"desk.localhost:8080":    true,
		"127.0.0.1:8080":         true,
		"192.168.1.7:8080":       true,
		"[::1]:8080":             true,
		"[::1]":                  true,
		"kaitong:8080":           true,
		"bot.example.com":        true,
		"bot.example.com:9":      true,
		"help.example.com":       true,
		"":                       false,
		":8080":                  false,
		"evil.example":           false,
		"evil.example:8080":      false,
		"127.0.0.1.evil.example": false,
		"localhost.evil.example": false,
		"xlocalhost.example":     false,
		"box.local":              false,
		"a.bot.example.com":      false,
	} {
		if got := OwnHost(host, names); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
