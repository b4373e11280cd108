package tokens

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	jwksAge      = 5 * time.Minute  // after which keys are fetched again
	jwksPause    = 10 * time.Second // between two attempts, whatever tokens say
	jwksPatience = 5 * time.Second  // for one attempt
	jwksBytes    = 256 << 10
	jwksHops     = 3
)

// RemoteOptions are what a [Remote] is made of.
type RemoteOptions struct {
	URL       string // https, or http on this very machine
	Algorithm Algorithm
	Transport http.RoundTripper // nil: the usual one
	Now       func() time.Time  // nil: the clock
	Logger    *slog.Logger      // nil: discard
}

// Remote is the keys that the host app publishes at an address. They are kept,
// and fetched again when they are old, or when a token names one that is not
// among them. What was fetched last counts until something better is.
type Remote struct {
	o      RemoteOptions
	client *http.Client

	fetching sync.Mutex // held by who fetches

	mu      sync.Mutex
	ring    Ring
	fetched time.Time // when the ring was
	tried   time.Time
	failure error // of the last attempt

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// NewRemote fetches keys once, and then now and then until Close. That the
// first attempt fails is no error: [Remote.Ready] says so.
func NewRemote(ctx context.Context, o RemoteOptions) *Remote {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Remote{o: o, client: &http.Client{Transport: o.Transport, Timeout: jwksPatience, CheckRedirect: sameHost}}
	r.fetch(ctx)
	var background context.Context
	background, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.stopped.Go(func() { r.run(background) })
	return r
}

// Close ends the fetching.
func (r *Remote) Close() {
	r.stop()
	r.stopped.Wait()
	r.client.CloseIdleConnections()
}

// sameHost follows an address that was moved, not one that leads elsewhere.
func sameHost(next *http.Request, via []*http.Request) error {
	first := via[0].URL
	if next.URL.Host != first.Host || next.URL.Scheme != first.Scheme {
		return errors.New("it leads to another host, which is not followed")
	}
	if len(via) > jwksHops {
		return errors.New("it leads in circles")
	}
	return nil
}

// Keys implements [Source].
func (r *Remote) Keys(ctx context.Context, kid string) ([]Key, error) {
	ring := r.known()
	keys, _ := ring.Keys(ctx, kid)
	if len(keys) == 0 && r.fetch(ctx) {
		ring = r.known()
		keys, _ = ring.Keys(ctx, kid)
	}
	if len(ring) == 0 {
		return nil, fmt.Errorf("%s: %w", r.o.URL, ErrNoKeys)
	}
	return keys, nil
}

func (r *Remote) known() Ring {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ring
}

// Ready says what is wrong with the keys, nil when they are as they should be.
func (r *Remote) Ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.failure == nil:
		return nil
	case len(r.ring) == 0:
		return fmt.Errorf("%w: %w", ErrNoKeys, r.failure)
	}
	return fmt.Errorf("the keys are %s old: %w", r.o.Now().Sub(r.fetched).Round(time.Second), r.failure)
}

func (r *Remote) run(ctx context.Context) {
	ticker := time.NewTicker(jwksPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if r.old() {
				r.fetch(ctx)
			}
		}
	}
}

func (r *Remote) old() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure != nil || r.o.Now().Sub(r.fetched) >= jwksAge
}

// fetch gets the keys, unless somebody did a moment ago. Tokens with made-up
// names cannot make it more often. It says whether anything can have changed.
func (r *Remote) fetch(ctx context.Context) bool {
	before := r.attempt()
	r.fetching.Lock()
	defer r.fetching.Unlock()
	if last := r.attempt(); last != before {
		return true // somebody else did while this one waited
	} else if !last.IsZero() && r.o.Now().Sub(last) < jwksPause {
		return false
	}
	ring, err := r.get(ctx)
	r.note(ring, err)
	return err == nil
}

func (r *Remote) attempt() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tried
}

// note keeps what came. A failure is logged once, and its end.
func (r *Remote) note(ring Ring, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.o.Now()
	switch {
	case err != nil && r.failure == nil:
		r.o.Logger.Error("the keys of tokens could not be fetched; those at hand go on counting", "url", r.o.URL, "keys", len(r.ring), "error", err)
	case err == nil && r.failure != nil:
		r.o.Logger.Info("the keys of tokens can be fetched again", "url", r.o.URL, "keys", len(ring))
	}
	r.tried, r.failure = now, err
	if err == nil {
		r.ring, r.fetched = ring, now
	}
}

func (r *Remote) get(ctx context.Context) (Ring, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jwksPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.o.URL, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, jwksBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > jwksBytes {
		return nil, fmt.Errorf("longer than %d bytes", jwksBytes)
	}
	return readJWKS(r.o.Algorithm, data)
}
