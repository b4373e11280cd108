package configs

import (
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"time"
)

// leastKept leaves people the time to fill in a form and to sleep over it.
const leastKept = 24 * time.Hour

// appeals are alerted of no sooner than an institution can answer.
func (v *validator) appeals() {
	if v.config.Appeals.AlertAfter < time.Minute {
		v.complain("appeals.alert_after", "want at least 1m, got %v", v.config.Appeals.AlertAfter)
	}
}

// blobs quotes no address: it may hold a secret.
func (v *validator) blobs() {
	c := v.config.Blobs
	if parsed, err := url.Parse(c.URL); c.URL != "" && (err != nil || parsed.Scheme != "s3" || parsed.Host == "") {
		v.complain("blobs.url", "want s3://bucket?region=…, or leave this empty to use a directory")
	}
	if v.config.Database != "" && c.KeyFile != "" && c.URL == "" {
		v.complain("blobs.url", "nodes that share a database need one store for documents too, such as s3://bucket?region=…")
	}
	if c.KeyFile != "" {
		if _, err := c.ReadKey(); err != nil {
			v.complain("blobs.key_file", "%v", err)
		}
	}
	if c.KeepUnsubmitted != 0 && c.KeepUnsubmitted < leastKept {
		v.complain("blobs.keep_unsubmitted", "want at least %v, or 0s to keep them for ever, got %v", leastKept, c.KeepUnsubmitted)
	}
	if len(c.ScanCommand) == 0 {
		return
	}
	if _, err := exec.LookPath(c.ScanCommand[0]); err != nil {
		v.complain("blobs.scan_command", "there is no command %q", c.ScanCommand[0])
	}
}

// ReadKey returns the secret in KeyFile. One line end after it is ignored.
func (b Blobs) ReadKey() ([]byte, error) {
	key, err := readKeyFile(b.KeyFile)
	if err != nil {
		return nil, err
	}
	if len(key) < minKey {
		return nil, errors.New("read key: " + b.KeyFile + fmt.Sprintf(" holds %d bytes, want at least %d", len(key), minKey))
	}
	return key, nil
}
