package eligibility

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Whatever else is true of two people, a match on a list may differ from a
// failed review in its reason only: at the same place, with nothing else
// added, hidden or changed.
func TestAListMatchIsJudgedLikeAFailedReview(t *testing.T) {
	t.Parallel()
	directory, err := ShippedDirectory()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for name, change := range map[string]func(*Profile){
		"nothing else": func(*Profile) {},
		"vpn":          func(p *Profile) { p.Network = "vpn" },
		"old app":      func(p *Profile) { p.AppVersion = "9.0.0" },
		"no entry":     func(p *Profile) { p.EntryHidden = true },
		"overdue":      func(p *Profile) { p.OverdueDays = 3 },
		"closed":       func(p *Profile) { p.Status = "closed" },
		"in review":    func(p *Profile) { p.ReviewDays = 3 },
		"minor":        func(p *Profile) { p.Age = 17 },
		"outage":       func(p *Profile) { p.Service = "outage" },
		"several": func(p *Profile) {
			p.KYC, p.Region, p.OpenLoans, p.Network, p.EntryHidden = "expired", "HK", 9, "vpn", true
		},
	} {
		t.Run(name, func(t *testing.T) {
			judged := func(user string) Reply {
				profile, known := directory.Find(user)
				if !known {
					t.Fatalf("no profile %s", user)
				}
				change(&profile)
				reply := Judge(directory.Policy, profile, now)
				for i, reason := range reply.Reasons {
					if reason.Code == "LIST_MATCH" || reason.Code == "REVIEW_NOT_PASSED" {
						reply.Reasons[i] = Reason{Code: "X"}
					}
				}
				return reply
			}
			if diff := cmp.Diff(judged("demo-rejected"), judged("demo-aml")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
