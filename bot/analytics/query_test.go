package analytics_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// threeAsked makes three contacts of two days, of a chat in the web and one in an
// app; the last one of each is of Tuesday in Shanghai.
func threeAsked(t *testing.T) *analytics.Oracle {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	o := analytics.NewOracle(zone)
	s := newStory(t, o)
	s.app = &bot.Client{Channel: "web"}
	s.said("为什么", bot.MoveAnswer, "fail", bot.About{Cause: "net"})
	s.wait(8 * time.Hour) // past midnight there, not yet by UTC
	s.said("月亮上", bot.MoveFallback, "other", bot.About{})
	s.in("c2")
	s.who.User, s.app = "u2", &bot.Client{Channel: "app", AppVersion: "10.5.1"}
	s.said("为什么", bot.MoveAnswer, "fail", bot.About{Cause: "debt"})
	return o
}

func TestTotals(t *testing.T) {
	t.Parallel()
	o := threeAsked(t)
	for name, test := range map[string]struct {
		narrow func(*analytics.Query)
		by     analytics.Group
		want   map[string]int64
	}{
		"all":               {func(*analytics.Query) {}, analytics.GroupNone, map[string]int64{"": 3}},
		"by day":            {func(*analytics.Query) {}, analytics.GroupDay, map[string]int64{"2026-11-23": 1, "2026-11-24": 2}},
		"by channel":        {func(*analytics.Query) {}, analytics.GroupChannel, map[string]int64{"app": 1, "web": 2}},
		"by cause":          {func(*analytics.Query) {}, analytics.GroupCause, map[string]int64{"": 1, "debt": 1, "net": 1}},
		"by version":        {func(*analytics.Query) {}, analytics.GroupVersion, map[string]int64{"": 2, "10.5": 1}},
		"of one channel":    {func(q *analytics.Query) { q.Channel = "web" }, analytics.GroupNone, map[string]int64{"": 2}},
		"of one cause":      {func(q *analytics.Query) { q.Cause = "net" }, analytics.GroupNone, map[string]int64{"": 1}},
		"of one day":        {func(q *analytics.Query) { q.From = day(t, "2026-11-24"); q.To = q.From }, analytics.GroupNone, map[string]int64{"": 2}},
		"of somebody else":  {func(q *analytics.Query) { q.Tenant = "other" }, analytics.GroupNone, map[string]int64{}},
		"of another tongue": {func(q *analytics.Query) { q.Locale = "en" }, analytics.GroupNone, map[string]int64{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := everything()
			test.narrow(&q)
			rows, err := o.Totals(t.Context(), q, test.by)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int64{}
			for _, row := range rows {
				got[row.Value] = row.Totals.Marks[analytics.Contacts]
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func day(t *testing.T, text string) analytics.Day {
	t.Helper()
	d, err := analytics.ParseDay(text)
	if err != nil || d.String() != text {
		t.Fatalf("%s is %s, %v", text, d, err)
	}
	return d
}

func TestPrevious(t *testing.T) {
	t.Parallel()
	q := analytics.Query{Tenant: "acme", From: day(t, "2026-11-01"), To: day(t, "2026-11-30")}.Previous()
	if q.From.String() != "2026-10-02" || q.To.String() != "2026-10-31" {
		t.Errorf("%s … %s", q.From, q.To)
	}
}

func TestKeysOfAQuery(t *testing.T) {
	t.Parallel()
	o := threeAsked(t)
	got, err := o.Keys(t.Context(), everything(), analytics.KindIntent, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []analytics.KeyTotals{{Key: "fail", Bits: [8]int64{2, 2}}, {Key: "other", Bits: [8]int64{1, 0, 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := o.Keys(t.Context(), everything(), analytics.KindIntent, 1); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestContactsBehindAFigure(t *testing.T) {
	t.Parallel()
	o := threeAsked(t)
	fallbacks, _ := analytics.FindFigure("fallback_rate")
	for name, test := range map[string]struct {
		which analytics.Which
		page  analytics.Page
		want  []int64 // where they began in the log
	}{
		"all, the newest first": {analytics.Which{}, analytics.Page{}, []int64{3, 2, 1}},
		"the first page":        {analytics.Which{}, analytics.Page{Limit: 2}, []int64{3, 2}},
		"the next page":         {analytics.Which{}, analytics.Page{Before: 2, Limit: 2}, []int64{1}},
		"that a sum counts":     {analytics.Which{Term: &fallbacks.Numerator}, analytics.Page{}, []int64{2}},
		"with a bit of a key":   {analytics.Which{Kind: analytics.KindIntent, Key: "fail", Bits: analytics.IntentAnswered}, analytics.Page{}, []int64{3, 1}},
		"with no such bit":      {analytics.Which{Kind: analytics.KindIntent, Key: "fail", Bits: analytics.IntentFellBack}, analytics.Page{}, nil},
		"by outcome":            {analytics.Which{Kind: analytics.KindPath, Key: "fail|net|open"}, analytics.Page{}, []int64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := o.Contacts(t.Context(), everything(), test.which, test.page)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, c := range list {
				got = append(got, c.Opened)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	asked, err := o.Unanswered(t.Context(), everything(), analytics.Page{Limit: 1})
	if err != nil || len(asked) != 1 || asked[0].Opened != 2 || asked[0].Text != "月亮上" {
		t.Errorf("%+v, %v", asked, err)
	}
}

// What a newer program writes is passed over, and the rest counted.
func TestEventsOfTheFuture(t *testing.T) {
	t.Parallel()
	row := `[{"kind":"started","data":{"tenant":"acme","user":"u"}},{"kind":"telepathy","data":{"x":[1]}},` +
		`{"kind":"message","data":{"author":"user","id":"m","blocks":[{"text":"为什么","mood":"bad"}]}},{"kind":"understood","data":{"move":"dream","intent":"fail"}}]`
	events, err := bot.DecodeFacts([]byte(row))
	if err != nil {
		t.Fatal(err)
	}
	o := analytics.NewOracle(time.UTC)
	if err := o.Apply(bot.Turn{Conversation: "c", Version: 1, Position: 1, At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Events: events}); err != nil {
		t.Fatal(err)
	}
	if list := contacts(t, o); len(list) != 1 || marksOf(list[0]) != "small_talk_only" || list[0].Sums[analytics.PersonMessages] != 1 {
		t.Errorf("%+v", list)
	}
}
