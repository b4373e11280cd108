package store

import (
	"slices"
	"testing"

	"kaitong/bot"
)

// What lists say follows a conversation to its new owner, also where the list
// had gone beyond its beginning before.
func TestClaimedConversationsInLists(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		former, owner := bot.Identity{Tenant: "default", User: "anon-1", Anonymous: true}, bot.Identity{Tenant: "default", User: "u"}
		put(t, log, sent("c", 1, bot.Started{Tenant: former.Tenant, User: former.User, Anonymous: true, Product: "jiebei", Locale: "zh-CN"}, bot.AppealStarted{}))
		project(t, log)
		put(t, log, sent("c", 2, bot.Claimed{Tenant: owner.Tenant, User: owner.User}))
		wantOwners(t, log, map[bot.Identity][]string{former: nil, owner: {"c"}})
		project(t, log)
		wantOwners(t, log, map[bot.Identity][]string{former: nil, owner: {"c"}})
		wantFold(t, log)
		one := table(t, log)["c"]
		if one.Owner != owner || one.Product != "jiebei" || one.Locale != "zh-CN" {
			t.Errorf("the list says %+v", one)
		}
		for who, want := range map[bot.Identity][]string{former: nil, owner: {"c"}} {
			if got, err := log.AppealsOf(t.Context(), who); err != nil || !slices.Equal(got, want) {
				t.Errorf("appeals of %s: %q, %v", who.User, got, err)
			}
		}
	})
}

// wantOwners holds that each person has these conversations, however far the list
// is behind.
func wantOwners(t *testing.T, log *Log, owners map[bot.Identity][]string) {
	t.Helper()
	for who, want := range owners {
		if got, err := log.ConversationsOf(t.Context(), who); err != nil || !slices.Equal(got, want) {
			t.Errorf("conversations of %s: %q, %v", who.User, got, err)
		}
	}
}

// All nodes of a log have one secret, and two logs have two.
func TestSealIsOfTheLog(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		first, err := openIdle(t, at.options).Seal(t.Context())
		if err != nil || len(first) < 26 {
			t.Fatalf("%q, %v", first, err)
		}
		if at.options.Database == "" {
			return // one process at a time
		}
		if again, err := openIdle(t, at.options).Seal(t.Context()); err != nil || string(again) != string(first) {
			t.Errorf("another node has %q, %v", again, err)
		}
	})
}
