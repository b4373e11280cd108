package desk

import (
	"context"
	"time"

	"kaitong/bot/staff"
)

// sweepSessionsEvery is how often sessions that are over are forgotten.
const sweepSessionsEvery = 10 * time.Minute

// sweep looks after the sockets: it asks the silent ones whether they are
// there, sends those away whose session has ended, and repeats who is here.
func (s *Server) sweep() {
	beat := time.NewTicker(min(s.limits.PingEvery/4, s.limits.RecheckEvery, time.Second))
	defer beat.Stop()
	var checked, swept time.Time
	for {
		asked := false
		select {
		case <-beat.C:
		case <-s.look:
			asked = true
		case <-s.stop:
			return
		}
		s.pingAll()
		s.presence.beat()
		if now := s.now(); asked || now.Sub(checked) >= s.limits.RecheckEvery {
			checked = now
			s.checkAll()
		}
		if now := s.now(); now.Sub(swept) >= sweepSessionsEvery {
			swept = now
			s.sweepSessions(now)
		}
	}
}

func (s *Server) pingAll() {
	for _, d := range s.hub.open() {
		switch {
		case d.since(&d.heard) > s.limits.PingEvery*5/2:
			d.out.cut()
		case d.since(&d.pinged) >= s.limits.PingEvery:
			d.ping()
		}
	}
}

// checkAll ends the sockets of sessions that have ended and of accounts that
// may see something else now. While the vault does not answer they stay.
func (s *Server) checkAll() {
	ctx, cancel := context.WithTimeout(context.Background(), s.limits.ActTimeout)
	defer cancel()
	for _, d := range s.hub.open() {
		who, bad := s.admit(ctx, d.key)
		switch {
		case bad != nil && bad.code == codeUnauthorized:
			d.refuse("", bad)
			d.out.close(closeUnauthorized, string(bad.code))
		case bad != nil:
			s.log.Warn("session of a desk not checked", "error", bad.cause)
			return
		case who.account.Version != d.account.Version:
			d.out.close(closeChanged, string(codeChanged))
		default:
			s.touchUsed(ctx, d, who.session)
		}
	}
}

// touchUsed counts what was done over a socket as a use of its session.
func (s *Server) touchUsed(ctx context.Context, d *desk, session staff.Session) {
	if time.Unix(0, d.used.Load()).Sub(session.Seen) >= touchEvery {
		s.touch(ctx, &session)
	}
}

func (s *Server) sweepSessions(now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), s.limits.ActTimeout)
	defer cancel()
	if err := s.vault.Sweep(ctx, now.Add(-staff.AbsoluteTimeout), now.Add(-staff.IdleTimeout)); err != nil {
		s.log.Warn("old desk sessions not forgotten", "error", err)
	}
}
