//go:build !unix

package storetest

import (
	"fmt"
	"testing"
)

func giveAway(string) error { return nil }

func (c *Cluster) run(string, ...string) error {
	return fmt.Errorf("%w: the tests start one on Unix only", ErrMissing)
}

func (c *Cluster) watch() error { return nil }

// Pause stops every process of the server where it is.
func (c *Cluster) Pause(testing.TB) {}

// Resume lets a paused server go on.
func (c *Cluster) Resume(testing.TB) {}
