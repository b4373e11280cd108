package bot_test

import (
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// status is what is wrong at the moment.
type status []bot.Incident

func (s status) Live() []bot.Incident { return s }

func outage(area string, regions ...string) bot.Incident {
	return bot.Incident{
		ID: "outage", Area: area, Regions: regions, Since: time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC),
		Text: map[string]string{"zh-CN": "开通页面打不开，正在处理。", "en": "The opening page is down."},
	}
}

// during is a talk while an incident lasts.
func during(t *testing.T, eligibility bot.Eligibility, incidents ...bot.Incident) *talk {
	t.Helper()
	k := newTalk(t, eligibility)
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	k.engine = engineOf(t, bottest.NewEventLog(), eligibility, libraryOf(t, base), func(o *bot.Options) { o.Status = status(incidents) })
	return k
}

func TestIncidentComesFirst(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		eligibility check
		incident    bot.Incident
		region      string
		question    string
		told, held  bool
	}{
		{"the check fails as well", failing(bot.ErrCheckTimeout), outage("technical"), "", "为什么借呗开通不了", true, true},
		{"everything is concerned", failing(bot.ErrCheckTimeout), outage("all"), "", "为什么借呗开通不了", true, true},
		{"another area", failing(bot.ErrCheckTimeout), outage("account"), "", "借呗提示系统繁忙", false, false},
		{"a described cause", failing(bot.ErrCheckTimeout), outage("technical.system_fault"), "", "借呗提示系统繁忙", true, false},
		{"here", failing(bot.ErrCheckTimeout), outage("technical", "浙江"), "浙江", "为什么借呗开通不了", true, true},
		{"here, by a longer name", failing(bot.ErrCheckTimeout), outage("technical", "浙江"), "浙江省杭州市", "为什么借呗开通不了", true, true},
		{"a symptom of what the question is about", verdict(bot.Ineligible, "OVERDUE_CURRENT"), outage("technical"), "", "系统出故障了打不开借呗", true, false},
		{"elsewhere", failing(bot.ErrCheckTimeout), outage("technical", "浙江"), "四川", "为什么借呗开通不了", false, false},
		{"somewhere, and nobody knows where they are", failing(bot.ErrCheckTimeout), outage("technical", "浙江"), "", "为什么借呗开通不了", true, false},
		{"a verdict is still told", verdict(bot.Ineligible, "OVERDUE_CURRENT"), outage("all"), "", "为什么借呗开通不了", true, false},
		{"another question", failing(bot.ErrCheckTimeout), outage("technical"), "", "怎么联系人工", false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k := during(t, test.eligibility, test.incident)
			m := k.answer(bot.Say{Text: test.question, Client: bot.Client{Region: test.region}})
			told := m.Blocks[0].Type == bot.BlockNotice && strings.Contains(m.Blocks[0].Text, "正在处理")
			if told != test.told || (m.About.Incident != "") != test.told {
				t.Errorf("told %v (%q), want %v: %s", told, m.About.Incident, test.told, words(m))
			}
			if held := strings.Contains(words(m), "先不用为此"); held != test.held {
				t.Errorf("credit advice held back: %v, want %v: %s", held, test.held, words(m))
			}
			if test.held && strings.Contains(words(m), "逾期") {
				t.Errorf("speaks of credit during an outage: %s", words(m))
			}
		})
	}
}
