package outbox_test

import (
	"testing"

	"kaitong/bot/outbox"
	"kaitong/bot/outbox/outboxtest"
)

func TestBoxInMemory(t *testing.T) {
	t.Parallel()
	outboxtest.TestBox(t, func(*testing.T) outbox.Box { return outboxtest.NewMemory() })
}
