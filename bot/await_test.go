package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
)

// waitingAsides are asked and answered between the request and the question, so
// that it does not follow right after.
func waitingAsides() map[string]string {
	return map[string]string{"zh-CN": "怎么开通借呗", "en": "how do i open jiebei"}
}

// Who waits for a human and asks after them is told of them, at any time and in
// whatever usual words.
func TestQuestionsAboutTheWait(t *testing.T) {
	t.Parallel()
	for locale, questions := range map[string][]string{
		"zh-CN": {
			"前面还有几个人", "前面还有几个人？", "排到哪了", "排队排到几号", "怎么还没人", "人呢", "有人吗", "还要等多久", "还要多久啊", "请问我前面还有多少人在排队",
			"怎么没人理我", "轮到我了吗", "我排第几", "人工什么时候来", "还要排多久", "有没有人啊", "客服怎么还不来", "等了半天了", "什么时候轮到我", "一直没人接",
		},
		"en": {
			"how much longer will it take", "How long is the queue?", "what's my place in line", "What’s my place in line?", "is anyone there", "is anyone coming?",
			"how many people are ahead of me", "how many people are before me", "when is it my turn", "am i still in the queue", "how much longer do i have to wait", "hello, is anybody there",
			"where am i in line", "what's my position in the queue", "still waiting", "nobody is answering", "how long until someone comes",
		},
	} {
		for _, c := range []struct {
			online int
			words  map[string]string
		}{
			{1, map[string]string{"zh-CN": "第 1 位", "en": "at place 1"}}, {0, map[string]string{"zh-CN": "现在没有人工在线", "en": "Nobody is online"}},
		} {
			d := newDesk(t, there{"*": c.online})
			d.locale = locale
			d.say(map[string]string{"zh-CN": "人工", "en": "agent please"}[locale])
			for _, question := range questions {
				d.say(waitingAsides()[locale])
				if said := words(d.say(question)); !strings.Contains(said, c.words[locale]) {
					t.Errorf("%q with %d there: %q", question, c.online, said)
				}
			}
		}
	}
}

// A question of its own keeps its own answer while somebody waits, also where
// it asks how long, and the words about a line mean no line where nobody waits.
func TestQuestionsBesideTheWait(t *testing.T) {
	t.Parallel()
	for locale, questions := range map[string][]string{
		"zh-CN": {
			"借呗评估要多久", "为什么我的借呗开通不了", "身份证过期了怎么办", "怎么开通借呗", "开通要等多久", "学生可以开通吗", "不是本人呢", "我的申诉还要等多久", "什么时候能开通",
		},
		"en": {
			"how long does the assessment take", "why can't i open jiebei", "how do i open jiebei", "what are the requirements", "can students open it", "my id has expired",
		},
	} {
		d := newDesk(t, there{"*": 1})
		d.locale = locale
		for _, question := range questions {
			d.say(map[string]string{"zh-CN": "人工", "en": "agent please"}[locale])
			said := d.say(question)
			if strings.Contains(words(said), "第 1 位") || strings.Contains(words(said), "place 1") || said.About.Intent == "agent" {
				t.Errorf("%q is answered with %q", question, words(said))
			}
		}
	}
	d := newDesk(t, there{"*": 1})
	d.say("借呗评估要多久")
	if said := words(d.say("还要等多久")); strings.Contains(said, "第 1 位") || d.entry().Waiting() {
		t.Errorf("nobody waits, and told %q", said)
	}
}

// Whoever is in distress and asks how long is told of the human, with care: no
// verdict, no figures, the line for that.
func TestHowLongInDistress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale, distress, human string
		how                     []string
	}{
		{"zh-CN", "我想死", "人工", []string{"还要等多久", "人呢", "多久", "前面还有几个人"}},
		{"en", "i want to die", "agent please", []string{"how much longer will it take", "is anyone there", "how long"}},
	} {
		for _, online := range []int{0, 1} {
			d := newDesk(t, there{"*": online})
			d.locale = c.locale
			d.say(map[string]string{"zh-CN": "为什么我的借呗开通不了", "en": "why can't i open jiebei"}[c.locale])
			d.say(c.distress)
			for _, how := range append(c.how, c.human) {
				said := d.say(how)
				if text := words(said); !strings.Contains(text, "12356") || strings.Contains(text, "95188") || said.About.Decision != "" || said.Blocks[0].Level != "care" {
					t.Errorf("%q with %d there: %q", how, online, text)
				}
				if !slices.Contains(choices(said), "cancel_agent") {
					t.Errorf("%q: offered %v", how, choices(said))
				}
			}
		}
	}
}

// Who sends the human away and wants one after all is in distress still.
func TestHumanAnewInDistress(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{})
	d.say("我不想活了")
	d.say("不用人工了")
	if said := words(d.say("还是给我转人工吧")); !strings.Contains(said, "12356") || strings.Contains(said, "95188") {
		t.Errorf("told %q", said)
	}
	if e := d.entry(); !e.Urgent || e.Queue != "care" {
		t.Errorf("waits as %+v", e.Handoff)
	}
}

// Who waits in distress is told what becomes of it in words of care: late, in
// line at last, closed.
func TestTendedWithCare(t *testing.T) {
	t.Parallel()
	for locale, c := range map[string]struct {
		distress                  string
		late, inLine, over, never string
	}{
		"zh-CN": {"我不想活了", "还没有过来", "有人工在线了", "关掉了", "95188"},
		"en":    {"i want to die", "Nobody has come yet", "People are online now", "closed it", "95188"},
	} {
		roster := there{"*": 0}
		d := newDesk(t, roster)
		d.locale = locale
		expect := func(part string) {
			t.Helper()
			if said := words(d.lastSaid()); !strings.Contains(said, part) || !strings.Contains(said, "12356") || strings.Contains(said, c.never) {
				t.Errorf("instead of %q: %q", part, said)
			}
		}
		d.say(c.distress)
		roster["*"] = 1
		d.tend()
		expect(c.inLine)
		for range 6 { // long after the care for the last words is over
			d.now = d.now.Add(2 * time.Hour)
			d.tend()
		}
		expect(c.late)
		d.now = d.now.Add(bot.UsualKeep)
		d.tend()
		expect(c.over)
	}
}
