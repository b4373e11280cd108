package bottest_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestEventLog(t *testing.T) {
	bottest.TestEventLog(t, func(*testing.T) bot.EventLog { return bottest.NewEventLog() })
}

// A kind of event that EveryEvent forgets would never be tested for storage.
func TestEveryEventCoversTheSource(t *testing.T) {
	covered := map[string]int{}
	for _, event := range bottest.EveryEvent() {
		covered[event.Kind()]++
	}
	declared := declaredKinds(t)
	if len(declared) < 9 {
		t.Fatalf("found only %v in the source: has Kind been written another way?", declared)
	}
	for _, kind := range declared {
		if covered[kind] != 2 {
			t.Errorf("%s appears %d times, want one full and one bare", kind, covered[kind])
		}
	}
}

// A field left empty would come back empty from a log that loses it.
func TestFullEventsLeaveNoFieldEmpty(t *testing.T) {
	full := bottest.EveryEvent()[:len(bottest.EveryEvent())/2]
	for _, event := range full {
		value := reflect.ValueOf(event)
		for i := range value.NumField() {
			if value.Field(i).IsZero() {
				t.Errorf("%s: %s is empty", event.Kind(), value.Type().Field(i).Name)
			}
		}
		if message, ok := event.(bot.Message); ok {
			about := reflect.ValueOf(*message.About)
			for i := range about.NumField() {
				if about.Field(i).IsZero() {
					t.Errorf("about: %s is empty", about.Type().Field(i).Name)
				}
			}
		}
	}
}

func declaredKinds(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	method := regexp.MustCompile(`\) Kind\(\) string\s*\{\s*return "(\w+)"`)
	var kinds []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range method.FindAllSubmatch(source, -1) {
			kinds = append(kinds, string(match[1]))
		}
	}
	return kinds
}
