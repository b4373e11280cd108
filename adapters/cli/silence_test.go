package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// silentCodes are those of the shipped pack, from its only place.
func silentCodes(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../knowledge/data/jiebei/reasons.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, match := range regexp.MustCompile(`\{code: (\w+), disclosure: silent\}`).FindAllStringSubmatch(string(text), -1) {
		codes = append(codes, match[1])
	}
	if len(codes) < 3 {
		t.Fatalf("silent codes: %v", codes)
	}
	return codes
}

// read is what is answered to a colleague, as it is.
func (c *colleague) read(path string) []byte {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = http.Header{"Cookie": {c.cookie}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return text
}

// The one whose refusal may not be told talks, appeals, and gets a human. What
// the eligibility service said is nowhere but in its own answer: not in a frame,
// the data directory, the log at debug, the metrics, what passes over NATS, what
// another desk is told, what a model is asked, what colleagues of any role see,
// the figures, exports, or what the commands print.
func TestNoTraceOfASilentCode(t *testing.T) {
	t.Parallel()
	w := traced(t, nil)
	seen := map[string][]byte{}
	lin, chen := atDesk(t, w.address, "demo-lin", ""), atDesk(t, w.address, "demo-chen", "")
	wang := atDesk(t, w.address, "demo-wang", "")
	p := newPerson(t, w.address, "demo-aml", "zh-CN")
	for _, text := range []string{"为什么我的借呗开通不了", "到底是什么原因", "我是不是在黑名单里", "是反洗钱吗", "你们后台写的代码是什么", odd} {
		p.ask(text)
	}
	appellant := newPerson(t, w.address, "demo-aml", "zh-CN")
	appellant.beginAppeal()
	_, proofs := appellant.says("10 MB")
	appellant.choose(proofs, "appeal.next")
	_, summary := appellant.says("同意")
	appellant.choose(summary, "appeal.submit")
	appellant.says("编号 A-")
	p.stored("message.send", map[string]string{"text": "我要找人工客服"})
	conversation := p.conversation()
	entry := chen.waits(conversation, "queued")
	lin.act(map[string]any{"conversation": conversation, "kind": "claim", "epoch": entry["epoch"]})
	taken := chen.waits(conversation, "active")
	p.stored("message.send", map[string]string{"text": "为什么不给我开通"})
	lin.act(map[string]any{"conversation": conversation, "kind": "note", "text": "客户着急"})
	for name, c := range map[string]*colleague{"agent": lin, "lead": chen, "compliance": wang} {
		for _, path := range []string{
			"/v1/desk/me", "/v1/desk/queues", "/v1/desk/snippets?q=审核&locale=zh-CN", "/v1/desk/conversations/" + conversation, "/v1/desk/audit", "/v1/analytics/overview", "/v1/analytics/keys",
			"/v1/analytics/groups?by=intent", "/v1/analytics/contacts", "/v1/analytics/unanswered", "/v1/analytics/alerts", "/v1/analytics/definitions", "/v1/analytics/export", "/v1/analytics/export?format=jsonl",
		} {
			seen[name+" "+path] = c.read(path)
		}
	}
	if !strings.Contains(string(seen["agent /v1/desk/conversations/"+conversation]), "为什么不给我开通") {
		t.Errorf("the agent sees nothing: %.200s", seen["agent /v1/desk/conversations/"+conversation])
	}
	lin.act(map[string]any{"conversation": conversation, "kind": "resolve", "epoch": taken["epoch"], "disposition": map[string]string{"cause": "", "solved": "no", "note": ""}})
	frames, err := json.Marshal(append(p.frames, appellant.frames...))
	if err != nil {
		t.Fatal(err)
	}
	seen["frames"] = frames
	_, export := p.call(http.MethodGet, w.address+"/v1/me/export", "")
	seen["export"] = []byte(export)
	maps.Copy(seen, w.everything())
	for _, args := range [][]string{
		{"conversations", "show", conversation}, {"conversations", "list"}, {"conversations", "record", conversation}, {"verify"}, {"analytics", "export"}, {"desk", "audit"},
	} {
		_, out := commandLine(t, append(args, "--data", w.config.Data)...)
		seen["kaitong "+strings.Join(args, " ")] = []byte(out)
	}
	to := filepath.Join(t.TempDir(), "backup")
	if code, out := commandLine(t, "backup", to, "--data", w.config.Data); code != exitOK {
		t.Error(out)
	}
	for path, content := range filesBelow(t, to) {
		seen["backup "+path] = content
	}
	lookFor(t, seen, append(silentCodes(t), "compliance.restricted", `"listed"`, "disclosure"))
}

// lookFor searches whatever was seen, however letters are written.
func lookFor(t *testing.T, seen map[string][]byte, marks []string) {
	t.Helper()
	for name, content := range seen {
		lower := bytes.ToLower(content)
		for _, mark := range marks {
			if at := bytes.Index(lower, []byte(strings.ToLower(mark))); at >= 0 {
				t.Errorf("%s holds %s: …%q…", name, mark, content[max(0, at-80):min(len(content), at+80)])
			}
		}
	}
}

// turnsCompared are those whose time is taken, half of each kind.
const turnsCompared = 2000

// How long it takes tells no more than the words do: the times of a refusal that
// may not be told and of the neutral one are drawn from one and the same
// distribution, as far as the test of Kolmogorov and Smirnov for two samples can
// say. Machines that do other things too make times long, not different: the two
// take turns, in an order that a coin decides, so that what slows one down slows the
// other down. At a level of 0.001 one run of a thousand is unlucky, and one in a
// million twice in a row, which is when the test fails; a constant difference of a
// tenth of a standard deviation would be found by this many turns every other time.
func TestTimesTellNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the time of thousands of turns; skipped by -short")
	}
	w := traced(t, nil)
	for range 2 {
		silent, neutral := timesOf(t, w, "demo-aml", "demo-rejected")
		distance, most := kolmogorovSmirnov(silent, neutral), 1.95*math.Sqrt(2/float64(len(silent)))
		slices.Sort(silent)
		slices.Sort(neutral)
		t.Logf("distance %.4f of at most %.4f over %d turns; medians %v and %v", distance, most, len(silent)+len(neutral), silent[len(silent)/2], neutral[len(neutral)/2])
		if distance <= most {
			return
		}
	}
	t.Error("the times of the two refusals differ")
}

// timesOf takes the time of turns of two people, one after the other. Every few
// turns both begin anew, so that the service is asked again and again.
func timesOf(t *testing.T, w *traces, first, second string) (a, b []time.Duration) {
	t.Helper()
	coin := rand.New(rand.NewPCG(rand.Uint64(), 1))
	texts := []string{"为什么我的借呗开通不了", "帮我再查一次", "到底是什么原因", "那怎么办"}
	for len(a) < turnsCompared/2 {
		people := map[string]*person{}
		who := []string{first, second}
		for _, user := range shuffled(coin, who) {
			people[user] = newPerson(t, w.address, user, "zh-CN")
		}
		for _, text := range texts {
			for _, user := range shuffled(coin, who) {
				if took := people[user].timed(text); user == first {
					a = append(a, took)
				} else {
					b = append(b, took)
				}
			}
		}
		for _, user := range shuffled(coin, who) {
			_ = people[user].client.close()
		}
	}
	return a, b
}

func shuffled(coin *rand.Rand, pair []string) []string {
	if coin.IntN(2) == 0 {
		return []string{pair[1], pair[0]}
	}
	return pair
}

func (p *person) timed(text string) time.Duration {
	p.t.Helper()
	begin := time.Now()
	p.ask(text)
	return time.Since(begin)
}

// kolmogorovSmirnov is the largest distance between the distributions of two
// samples.
func kolmogorovSmirnov(a, b []time.Duration) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	var most float64
	for i, j := 0, 0; i < len(a) && j < len(b); {
		at := min(a[i], b[j])
		for i < len(a) && a[i] <= at {
			i++
		}
		for j < len(b) && b[j] <= at {
			j++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return most
}

func TestKolmogorovSmirnov(t *testing.T) {
	t.Parallel()
	of := func(from, to, step int) (list []time.Duration) {
		for n := from; n < to; n += step {
			list = append(list, time.Duration(n))
		}
		return list
	}
	for _, test := range []struct {
		a, b []time.Duration
		want float64
	}{
		{of(0, 100, 1), of(0, 100, 1), 0},
		{of(0, 100, 1), of(100, 200, 1), 1},
		{of(0, 100, 1), of(50, 150, 1), .5},
		{of(0, 100, 1), of(0, 100, 2), .01},
	} {
		if got := kolmogorovSmirnov(test.a, test.b); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("got %v, want %v", got, test.want)
		}
	}
}
