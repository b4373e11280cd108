package eligibility

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Profile is what the reference responder knows about one person. Empty
// fields mean "nothing against it".
type Profile struct {
	Situation      map[string]string `yaml:"situation"` // locale -> one line for people who pick a demo user
	Age            int               `yaml:"age"`
	Region         string            `yaml:"region"`
	HistoryMonths  int               `yaml:"history_months"`
	ProfileGaps    []string          `yaml:"profile_gaps"`
	OverdueDays    int               `yaml:"overdue_days"`
	OverdueCleared int               `yaml:"overdue_cleared_months"` // months since the last overdue was cleared; 0: none
	OpenLoans      int               `yaml:"open_loans"`
	KYC            string            `yaml:"kyc"`        // complete | incomplete | expired | face_failed
	Score          string            `yaml:"score"`      // passed | not_passed
	RiskFlags      []string          `yaml:"risk_flags"` // account, operation
	Listed         bool              `yaml:"listed"`
	Industry       string            `yaml:"industry"`
	Cohort         string            `yaml:"cohort"`
	OtherAccount   bool              `yaml:"other_account"`
	OtherProduct   string            `yaml:"other_product"`
	Status         string            `yaml:"status"`      // none | closed | frozen
	ReviewDays     int               `yaml:"review_days"` // an assessment is running and due in so many days
	AppVersion     string            `yaml:"app_version"`
	Network        string            `yaml:"network"` // direct | vpn
	EntryHidden    bool              `yaml:"entry_hidden"`
	Service        string            `yaml:"service"` // ok | outage, of the shard that serves this person
	Fault          Fault             `yaml:"fault"`
}

// Fault makes the responder misbehave for one person, to show what the bot
// does then.
type Fault struct {
	Delay   time.Duration `yaml:"delay"`
	Garbage bool          `yaml:"garbage"`
}

// Policy is the state of the service that the rules judge profiles by.
type Policy struct {
	MinAge            int           `yaml:"min_age"`
	MinHistoryMonths  int           `yaml:"min_history_months"`
	MaxOpenLoans      int           `yaml:"max_open_loans"`
	OverdueWaitMonths int           `yaml:"overdue_wait_months"`
	MinAppVersion     string        `yaml:"min_app_version"`
	OpenRegions       []string      `yaml:"open_regions"`
	PausedIndustries  []string      `yaml:"paused_industries"`
	FullCohorts       []string      `yaml:"full_cohorts"`
	ValidFor          time.Duration `yaml:"valid_for"`
}

// rule is one check of a profile. It returns the reasons it finds.
type rule func(Policy, Profile) []Reason

// Judge applies the rules to a profile. Some findings stand alone: while the
// service is down nothing can be assessed, and below the age limit nothing
// else matters. A match on a list must not stand alone: the reasons missing
// beside it would tell it from a failed review.
func Judge(policy Policy, profile Profile, now time.Time) Reply {
	reply := Reply{CheckedAt: now.UTC(), ValidUntil: now.UTC().Add(policy.ValidFor), Reasons: []Reason{}}
	for _, alone := range []rule{outage, age} {
		if reasons := alone(policy, profile); len(reasons) > 0 {
			return refuse(reply, reasons)
		}
	}
	for _, check := range []rule{
		standing, elsewhere, identity, region, industry, capacity, risk,
		overdue, debts, history, score, listed, client, network, entry,
	} {
		reply.Reasons = append(reply.Reasons, check(policy, profile)...)
	}
	switch {
	case len(reply.Reasons) > 0:
		return refuse(reply, reply.Reasons)
	case profile.ReviewDays > 0:
		eta := reply.CheckedAt.AddDate(0, 0, profile.ReviewDays)
		reply.Decision, reply.ReviewETA = "review", &eta
	default:
		reply.Decision = "eligible"
	}
	return reply
}

func refuse(reply Reply, reasons []Reason) Reply {
	reply.Decision, reply.Reasons = "ineligible", reasons
	reply.Appealable = slices.ContainsFunc(reasons, func(r Reason) bool {
		return slices.Contains([]string{"REVIEW_NOT_PASSED", "LIST_MATCH", "OVERDUE_RECORD", "ACCOUNT_RISK", "PRODUCT_CLOSED", "PRODUCT_FROZEN"}, r.Code)
	})
	return reply
}

func because(code string, params ...string) []Reason {
	reason := Reason{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if reason.Params == nil {
			reason.Params = map[string]string{}
		}
		reason.Params[params[i]] = params[i+1]
	}
	return []Reason{reason}
}

func outage(_ Policy, p Profile) []Reason {
	if p.Service == "outage" {
		return because("SERVICE_OUTAGE")
	}
	return nil
}

func age(policy Policy, p Profile) []Reason {
	if p.Age < policy.MinAge {
		return because("AGE_UNDER_18")
	}
	return nil
}

func standing(_ Policy, p Profile) []Reason {
	switch p.Status {
	case "closed":
		return because("PRODUCT_CLOSED")
	case "frozen":
		return because("PRODUCT_FROZEN")
	}
	return nil
}

func elsewhere(_ Policy, p Profile) []Reason {
	var reasons []Reason
	if p.OtherAccount {
		reasons = append(reasons, because("OTHER_ACCOUNT_ACTIVE")...)
	}
	if p.OtherProduct != "" {
		reasons = append(reasons, because("OTHER_PRODUCT_ACTIVE", "product", p.OtherProduct)...)
	}
	return reasons
}

func identity(_ Policy, p Profile) []Reason {
	switch p.KYC {
	case "incomplete":
		return because("KYC_INCOMPLETE")
	case "expired":
		return because("ID_EXPIRED")
	case "face_failed":
		return because("FACE_FAILED")
	}
	return nil
}

func region(policy Policy, p Profile) []Reason {
	if !slices.Contains(policy.OpenRegions, p.Region) {
		return because("REGION_NOT_OPEN", "region", p.Region)
	}
	return nil
}

func industry(policy Policy, p Profile) []Reason {
	if slices.Contains(policy.PausedIndustries, p.Industry) {
		return because("POLICY_INDUSTRY")
	}
	return nil
}

func capacity(policy Policy, p Profile) []Reason {
	if slices.Contains(policy.FullCohorts, p.Cohort) {
		return because("CAPACITY_FULL")
	}
	return nil
}

func risk(_ Policy, p Profile) []Reason {
	var reasons []Reason
	if slices.Contains(p.RiskFlags, "account") {
		reasons = append(reasons, because("ACCOUNT_RISK")...)
	}
	if slices.Contains(p.RiskFlags, "operation") {
		reasons = append(reasons, because("OPERATION_RISK")...)
	}
	return reasons
}

func overdue(policy Policy, p Profile) []Reason {
	switch {
	case p.OverdueDays > 0:
		return because("OVERDUE_CURRENT", "days", strconv.Itoa(p.OverdueDays))
	case p.OverdueCleared > 0 && p.OverdueCleared < policy.OverdueWaitMonths:
		return because("OVERDUE_RECORD", "months_ago", strconv.Itoa(p.OverdueCleared))
	}
	return nil
}

func debts(policy Policy, p Profile) []Reason {
	if p.OpenLoans > policy.MaxOpenLoans {
		return because("DEBT_MULTIPLE", "open_loans", strconv.Itoa(p.OpenLoans))
	}
	return nil
}

func history(policy Policy, p Profile) []Reason {
	var reasons []Reason
	if p.HistoryMonths < policy.MinHistoryMonths {
		reasons = append(reasons, because("CREDIT_HISTORY_THIN", "months", strconv.Itoa(p.HistoryMonths))...)
	}
	if len(p.ProfileGaps) > 0 {
		reasons = append(reasons, because("PROFILE_INCOMPLETE", "missing", strings.Join(p.ProfileGaps, ","))...)
	}
	return reasons
}

func score(_ Policy, p Profile) []Reason {
	if p.Score == "not_passed" {
		return because("REVIEW_NOT_PASSED")
	}
	return nil
}

func listed(_ Policy, p Profile) []Reason {
	if p.Listed {
		return because("LIST_MATCH", "list", "restricted")
	}
	return nil
}

func client(policy Policy, p Profile) []Reason {
	if p.AppVersion != "" && olderVersion(p.AppVersion, policy.MinAppVersion) {
		return because("CLIENT_OUTDATED", "version", p.AppVersion, "minimum", policy.MinAppVersion)
	}
	return nil
}

func network(_ Policy, p Profile) []Reason {
	if p.Network == "vpn" {
		return because("NETWORK_UNTRUSTED")
	}
	return nil
}

func entry(_ Policy, p Profile) []Reason {
	if p.EntryHidden {
		return because("ENTRY_NOT_SHOWN")
	}
	return nil
}

// olderVersion compares dotted version numbers part by part; a missing part
// counts as zero and so does one that is no number.
func olderVersion(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if order := cmp.Compare(versionPart(x, i), versionPart(y, i)); order != 0 {
			return order < 0
		}
	}
	return false
}

func versionPart(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
