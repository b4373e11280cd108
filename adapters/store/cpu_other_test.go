//go:build !unix

package store

import (
	"testing"
	"time"
)

// CPUTime is not known here.
func CPUTime(*testing.B) time.Duration { return 0 }
