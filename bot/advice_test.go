package bot_test

import (
	"strings"
	"testing"

	"kaitong/bot"
)

func TestImprovementPlan(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"zh-CN", "en"} {
		k := newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT", "DEBT_MULTIPLE"))
		k.locale = locale
		wantChoices(t, k.say(map[string]string{"zh-CN": "为什么借呗开通不了", "en": "why can't I open Jiebei"}[locale]), "plan")
		m := k.tap("plan")
		var card bot.Block
		for _, block := range m.Blocks {
			if block.Export != "" {
				card = block
			}
		}
		if len(card.Items) < 2 {
			t.Fatalf("%s: no plan: %s", locale, words(m))
		}
		for _, item := range card.Items {
			if !strings.Contains(card.Export, item.Text) || !strings.Contains(item.How, "\n") {
				t.Errorf("%s: %q says not why and how long, or is not in the text to keep", locale, item.Text)
			}
		}
		if strings.ContainsAny(card.Export, "<>{}") {
			t.Errorf("%s: no plain text: %s", locale, card.Export)
		}
	}
}

// The plan of a refusal that must not be told is the plan of the neutral one.
func TestPlanTellsNothing(t *testing.T) {
	t.Parallel()
	plan := func(code string) string {
		k := newTalk(t, verdict(bot.Ineligible, code))
		k.say("为什么借呗开通不了")
		return words(k.tap("plan"))
	}
	if silent, neutral := plan("AML_MATCH"), plan("REVIEW_NOT_PASSED"); silent != neutral {
		t.Errorf("told apart:\n%s\n%s", silent, neutral)
	}
}
