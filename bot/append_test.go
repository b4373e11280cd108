package bot_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// What the appenders write reads back as what encoding/json writes.
func TestAppendersAgreeWithJSON(t *testing.T) {
	t.Parallel()
	for _, event := range bottest.EveryEvent() {
		row, err := bot.EncodeEvents([]bot.Event{event})
		if err != nil {
			t.Fatal(err)
		}
		plain, err := bot.MarshalEvents([]bot.Event{event})
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, row.JSON, plain)
	}
}

func TestAppendString(t *testing.T) {
	t.Parallel()
	for name, text := range bottest.Texts() {
		t.Run(name, func(t *testing.T) { stringAgrees(t, text) })
	}
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		stringAgrees(t, text)
	})
}

type fataler interface{ Fatalf(string, ...any) }

func stringAgrees(t fataler, text string) {
	want, err := json.Marshal(text)
	if err != nil {
		t.Fatalf("marshal: %v", err)
	}
	if got := bot.AppendString(nil, text); string(got) != string(want) {
		t.Fatalf("%q is written %s, want %s", text, got, want)
	}
}

func TestAppendBlocksAgreesWithJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		block := rapid.Custom(anyBlock).Draw(t, "block")
		want, err := json.Marshal([]bot.Block{block, block})
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		for _, blocks := range [][]bot.Block{{block, block}, {bot.Seal(block).Block(), block}} {
			if got := bot.AppendBlocks(nil, blocks); string(got) != string(want) {
				t.Fatalf("written %s, want %s", got, want)
			}
		}
	})
}

func anyBlock(t *rapid.T) bot.Block {
	text := rapid.String()
	item := rapid.Custom(func(t *rapid.T) bot.Item {
		return bot.Item{Label: text.Draw(t, "label"), Text: text.Draw(t, "text"), How: text.Draw(t, "how"), Source: text.Draw(t, "source")}
	})
	choice := rapid.Custom(func(t *rapid.T) bot.Choice { return bot.Choice{ID: text.Draw(t, "id"), Label: text.Draw(t, "label")} })
	return bot.Block{
		Type: bot.BlockType(text.Draw(t, "type")), Level: text.Draw(t, "level"), Title: text.Draw(t, "title"), Text: text.Draw(t, "text"),
		URL: text.Draw(t, "url"), Source: text.Draw(t, "source"), Export: text.Draw(t, "export"),
		At: rapid.Int().Draw(t, "at"), Of: rapid.Int().Draw(t, "of"),
		Items: rapid.SliceOf(item).Draw(t, "items"), Choices: rapid.SliceOf(choice).Draw(t, "choices"),
	}
}

// A sealed block opens under its own key only, as what it was.
func TestSealed(t *testing.T) {
	t.Parallel()
	block := bot.Block{Type: bot.BlockText, Text: "还清 <逾期>", Source: "cause:x"}
	sealed := bot.Seal(block)
	opened, err := bot.OpenSealed(sealed.Key(), sealed.JSON())
	if err != nil || !opened.Block().Equal(block) {
		t.Errorf("opened %+v, %v", opened, err)
	}
	for name, data := range map[string]string{
		"another text": string(bot.Seal(bot.Block{Type: bot.BlockText, Text: "x"}).JSON()),
		"a byte more":  string(sealed.JSON()) + " ",
		"nothing":      "",
	} {
		if _, err := bot.OpenSealed(sealed.Key(), []byte(data)); err == nil {
			t.Errorf("%s opened under a key that is not its own", name)
		}
	}
}

func sameJSON(t *testing.T, got, want []byte) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatalf("%v in %s", err, want)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("written\n%s\nwant\n%s", got, want)
	}
}

// A confidence that is no number is none: stored as it is, the turn and all
// after it could never be read again.
func TestStrangeNumbersCanBeReadAgain(t *testing.T) {
	t.Parallel()
	for _, strange := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		row, err := bot.EncodeEvents([]bot.Event{
			bot.Understood{Confidence: strange, Ranking: []bot.Ranked{{Confidence: strange}}},
			bot.Message{About: &bot.About{Confidence: strange}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bot.DecodeEvents(row.JSON, nil); err != nil {
			t.Errorf("%s: %v", row.JSON, err)
		}
	}
}
