package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// The metadata by which a demo responder is told from a real one.
const (
	profilesKey  = "profiles"
	profilesDemo = "demo"
)

// discoveryWait is how long services have to introduce themselves.
const discoveryWait = 300 * time.Millisecond

// ForeignResponder says whether an eligibility service that is no demo
// responder already answers on this NATS. A demo responder beside it would
// take a share of its requests and answer them with invented people. It
// returns when one is found or all had 300 ms to introduce themselves.
func ForeignResponder(ctx context.Context, conn *nats.Conn) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, discoveryWait)
	defer cancel()
	inbox, infos := conn.NewInbox(), make(chan *nats.Msg, inboxSize)
	subscription, err := conn.ChanSubscribe(inbox, infos)
	if err != nil {
		return false, fmt.Errorf("look for an eligibility service: %w", err)
	}
	defer func() { _ = subscription.Unsubscribe() }() // fails only on a closed connection
	subject, err := micro.ControlSubject(micro.InfoVerb, Service, "")
	if err != nil {
		return false, fmt.Errorf("look for an eligibility service: %w", err)
	}
	if err := conn.PublishRequest(subject, inbox, nil); err != nil {
		return false, fmt.Errorf("look for an eligibility service: %w", err)
	}
	return foreignAmong(ctx, infos)
}

func foreignAmong(ctx context.Context, infos <-chan *nats.Msg) (bool, error) {
	for {
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return false, nil
			}
			return false, ctx.Err()
		case message := <-infos:
			if nobodyListens(message) {
				return false, nil
			}
			if isForeign(message.Data) {
				return true, nil
			}
		}
	}
}

// IsDemo says whether a service introduces itself as the demo responder.
func IsDemo(info micro.Info) bool { return info.Metadata[profilesKey] == profilesDemo }

// isForeign reads an introduction: it answers checks and is no demo.
func isForeign(data []byte) bool {
	var info micro.Info
	if json.Unmarshal(data, &info) != nil || IsDemo(info) {
		return false
	}
	return slices.ContainsFunc(info.Endpoints, func(e micro.EndpointInfo) bool { return e.Subject == Subject })
}
