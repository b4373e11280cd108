package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// facts is what is left of events once all is gone that figures do not need.
func facts(events []bot.Event) []bot.Event {
	list := make([]bot.Event, 0, len(events))
	for _, event := range events {
		switch e := event.(type) {
		case bot.Started:
			e.Pack = ""
			if e.Client != nil {
				e.Client = &bot.Client{AppVersion: e.Client.AppVersion, Region: e.Client.Region, Channel: e.Client.Channel}
			}
			list = append(list, e)
		case bot.Message:
			list = append(list, messageFacts(e))
		case bot.Understood:
			e.Confidence, e.Ranking, e.Entities = 0, nil, nil
			list = append(list, e)
		case bot.Checked:
			if e.Verdict != nil {
				e.Verdict = &bot.Verdict{Decision: e.Verdict.Decision}
			}
			list = append(list, e)
		default:
			list = append(list, event)
		}
	}
	return list
}

func messageFacts(m bot.Message) bot.Message {
	kept := bot.Message{ID: m.ID, Author: m.Author, Choice: m.Choice, Masked: m.Masked}
	if m.Author == bot.AuthorUser && len(m.Blocks) > 0 {
		kept.Blocks = []bot.Block{{Type: bot.BlockText, Text: m.Blocks[0].Text}}
	}
	if m.About != nil {
		about := *m.About
		about.Confidence, about.Nth = 0, 0
		kept.About = &about
	}
	return kept
}

// The quick way reads what the thorough one does, whatever people type.
func TestDecodeFacts(t *testing.T) {
	t.Parallel()
	every := bottest.EveryEvent()
	for _, text := range bottest.Texts() {
		every = append(every, bottest.Turn("c", 1, text).Events...)
	}
	every = append(every, bot.Message{Author: bot.AuthorBot, Blocks: []bot.Block{bot.Seal(bot.Block{Type: bot.BlockText, Text: "a"}).Block()}})
	var reader bot.FactsReader
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.SampledFrom(every), 0, 6).Draw(t, "events")
		row, err := bot.EncodeEvents(events)
		if err != nil {
			t.Fatal(err)
		}
		thorough, err := bot.DecodeEvents(row.JSON, func(key string) (*bot.Sealed, error) {
			for _, sealed := range row.Sealed {
				if sealed.Key() == key {
					return sealed, nil
				}
			}
			return nil, fmt.Errorf("%s: %w", key, bot.ErrMissingBlock)
		})
		if err != nil {
			t.Fatal(err)
		}
		quick, err := reader.Read(row.JSON)
		if err != nil {
			t.Fatalf("%v: %s", err, row.JSON)
		}
		if diff := cmp.Diff(facts(thorough), quick, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("thorough, quick:\n%s", diff)
		}
	})
}

func TestDecodeFactsOfTheFuture(t *testing.T) {
	t.Parallel()
	row := `[ {"kind":"telepathy","data":{"a":[1,{"b":"]}\""}]}} , {"data":{"tone":1,"move":"answer"},"kind":"understood","by":null} ]`
	events, err := bot.DecodeFacts([]byte(row))
	if err != nil || len(events) != 1 || events[0].(bot.Understood).Move != bot.MoveAnswer {
		t.Errorf("%v, %v", events, err)
	}
	for cut := range len(row) {
		if events, err := bot.DecodeFacts([]byte(row[:cut])); err == nil {
			t.Errorf("half a row is read: %q gives %v", row[:cut], events)
		}
	}
}

func FuzzDecodeFacts(f *testing.F) {
	row, err := bot.EncodeEvents(bottest.EveryEvent())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row.JSON)
	f.Add([]byte(`[{"kind":"message","data":{"author":"user","blocks":[{"text":"\ud83d"}]}}]`))
	f.Add([]byte(`[{"data":{"tenant":"a"},"kind":"telepathy","kind":"started"}]`))
	f.Add([]byte(`[{"kind":"understood","data":` + strings.Repeat("[", 1000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		quick, err := bot.DecodeFacts(data)
		if err != nil {
			if quick != nil {
				t.Errorf("events beside an error: %v", quick)
			}
			return
		}
		thorough, err := bot.DecodeEvents(data, func(string) (*bot.Sealed, error) { return bot.Seal(bot.Block{}), nil })
		if err == nil && len(thorough) != len(quick) {
			t.Errorf("%d events, quickly %d", len(thorough), len(quick))
		}
	})
}

func BenchmarkDecodeFacts(b *testing.B) {
	row, err := bot.EncodeEvents(bottest.Turn("c", 1, "为什么我的借呗开通不了").Events)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(row.JSON)))
	b.ReportAllocs()
	var reader bot.FactsReader
	for b.Loop() {
		if _, err := reader.Read(row.JSON); err != nil {
			b.Fatal(err)
		}
	}
}
