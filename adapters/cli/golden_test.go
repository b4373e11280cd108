package cli

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/configs"
)

var recordGolden = flag.Bool("record-golden", false, "record the log of this format anew; only before it is released")

// golden is what a log of each format says, as it was when the log was recorded.
type golden struct {
	Turns, Seq, Messages int64
	Handoff              bot.HandoffState
	Kinds                map[string]int
	Said                 string // hash of every text
}

// Every log that was ever released is read: by every program from then on, with
// nothing missing and nothing changed. A new format gets a new recording; those
// that are there are never touched.
func TestGoldenLogsAreRead(t *testing.T) {
	t.Parallel()
	if *recordGolden {
		recordLog(t)
	}
	for format := 1; format <= store.Format; format++ {
		t.Run(fmt.Sprint(format), func(t *testing.T) {
			t.Parallel()
			var want map[string]golden
			text, err := os.ReadFile(goldenName(format, "json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			got := summariesOf(t, unpacked(t, format), want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the recorded log is read otherwise (-recorded +now):\n%s", diff)
			}
		})
	}
}

func goldenName(format int, kind string) string {
	return filepath.Join("testdata", "golden", fmt.Sprintf("log-%d.%s", format, kind))
}

// unpacked is a data directory with the recorded log.
func unpacked(t *testing.T, format int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	packed, err := os.Open(goldenName(format, "db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	content, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(file, content); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// summariesOf opens the log as a start does, verifies it, and reads everything.
func summariesOf(t *testing.T, dir string, conversations map[string]golden) map[string]golden {
	t.Helper()
	log, err := store.Open(t.Context(), store.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close(context.Background()) }()
	reader, err := store.OpenReader(store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	report, err := reader.Verify(t.Context(), func(store.Stage, int64, int64) {})
	if err != nil || !report.Sound() {
		t.Fatalf("verify: %v %+v", err, report.Holes)
	}
	found := map[string]golden{}
	for id := range conversations {
		turns, err := log.Load(t.Context(), id, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		found[id] = goldenOf(t, id, turns)
	}
	if report.Conversations != int64(len(conversations)) {
		t.Errorf("%d conversations, recorded %d", report.Conversations, len(conversations))
	}
	return found
}

func goldenOf(t *testing.T, id string, turns []bot.Turn) golden {
	t.Helper()
	folded, err := bot.Replay(id, turns)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	g := golden{Turns: folded.Version, Seq: folded.Seq, Handoff: folded.Handoff.State, Kinds: map[string]int{}}
	for _, turn := range turns {
		for _, event := range turn.Events {
			g.Kinds[event.Kind()]++
			if message, ok := event.(bot.Message); ok {
				g.Messages++
				for _, block := range message.Blocks {
					fmt.Fprintln(sum, message.Author, block.Type, block.Text)
				}
			}
		}
	}
	g.Said = hex.EncodeToString(sum.Sum(nil)[:8])
	return g
}

// recordLog makes a month up, has a few people talk to the whole program, and
// keeps the log.
func recordLog(t *testing.T) {
	t.Helper()
	config := configs.Default()
	config.Addr, config.Data, config.Eligibility.Timeout = "127.0.0.1:0", t.TempDir(), patientCheck
	config.Web.SocketsPerUser = 0
	if code, out, notes := kaitong(t, "demo", "seed", "--days", "2", "--daily", "30", "--data", config.Data); code != exitOK {
		t.Fatal(out, notes)
	}
	where, stop := launch(t, config)
	for _, questions := range [][]string{
		{"为什么我的借呗开通不了，手机13912345678", "第二个呢", "人工"},
		{"有人让我先转账再开通，我转了", "为什么"},
		{"我今年16岁，能开通吗"},
		{"why can't I activate Jiebei?", "what now?", "agent"},
	} {
		p := newPerson(t, where, "demo-several", "")
		for _, question := range questions {
			p.ask(question)
		}
	}
	stop()
	copied := filepath.Join(t.TempDir(), "backup")
	if code, out, notes := kaitong(t, "backup", copied, "--data", config.Data); code != exitOK {
		t.Fatal(out, notes)
	}
	pack(t, copied)
}

func pack(t *testing.T, dir string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	var packed strings.Builder
	into, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := into.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := into.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join("testdata", "golden"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(goldenName(store.Format, "db.gz"), []byte(packed.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := store.OpenReader(store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	newest, err := reader.Newest(t.Context(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]golden{}
	for _, one := range newest {
		turns, err := reader.Load(t.Context(), one.Conversation)
		if err != nil {
			t.Fatal(err)
		}
		recorded[one.Conversation] = goldenOf(t, one.Conversation, turns)
	}
	text, err := json.MarshalIndent(recorded, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(goldenName(store.Format, "json"), append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}
