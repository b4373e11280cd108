package configs

import (
	"os"
	"time"
)

// leastRetained keeps a slip of a digit from erasing what people are still
// talking about.
const leastRetained = 24 * time.Hour

// privacy looks whether the keys are there; what they are is for the log to say.
func (v *validator) privacy() {
	if c := v.config.Encryption; c.KeyFile != "" {
		if file, err := os.Open(c.KeyFile); err != nil {
			v.complain("encryption.key_file", "%v", err)
		} else {
			_ = file.Close()
		}
	}
	if kept := v.config.Retention.Conversations; kept != 0 && kept < leastRetained {
		v.complain("retention.conversations", "want at least %v, or 0s to keep them for ever, got %v", leastRetained, kept)
	}
}
