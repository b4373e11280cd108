package bot_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// Whoever is in distress, or waits for a human because of it, hears the pack's
// own words, however long ago they said so; and their words go to no model.
func TestNoModelForSomebodyWhoWaitsInDistress(t *testing.T) {
	t.Parallel()
	asked := 0
	k := modelTalk(t, verdict(bot.Eligible), interpreter(func(bot.Question) (string, error) {
		asked++
		return "how.activate", nil
	}), phraser(func(r bot.Rewording) ([]bot.Sentence, error) {
		asked++
		return echo(r)
	}))
	k.say("我不想活了")
	for range 12 {
		k.say("借呗要填哪些资料")
	}
	k.say(odd)
	if asked != 0 {
		t.Errorf("a model was asked %d times", asked)
	}
}

// Somebody below the age rule is nobody a model is told about.
func TestNoModelForMinors(t *testing.T) {
	t.Parallel()
	k := modelTalk(t, verdict(bot.Eligible), interpreter(func(q bot.Question) (string, error) {
		t.Errorf("a model was asked to read %+v", q)
		return "how.activate", nil
	}), phraser(func(r bot.Rewording) ([]bot.Sentence, error) {
		t.Errorf("a model was asked to word %+v", r)
		return echo(r)
	}))
	k.say("我今年16岁，能开通吗")
	k.say(odd)
	k.say("借呗要填哪些资料")
}

// outrun is a log in which another node is faster, a few times.
type outrun struct {
	*bottest.EventLog
	left *int
}

func (o outrun) Append(ctx context.Context, turn bot.Turn) error {
	if *o.left--; *o.left >= 0 {
		return bot.ErrConflict
	}
	return o.EventLog.Append(ctx, turn)
}

// A turn that is run again after a lost race does not wait for a model again:
// its budget is one for the message.
func TestAModelIsAskedOnceForAMessage(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"read": odd, "worded": "借呗要填哪些资料"} {
		read, worded, races := 0, 0, 4
		k := newTalk(t, verdict(bot.Eligible))
		k.engine = newEngine(t, outrun{bottest.NewEventLog(), &races}, verdict(bot.Eligible), func(o *bot.Options) {
			o.Interpreter = interpreter(func(bot.Question) (string, error) { read++; return "", errors.New("late") })
			o.Phraser = phraser(func(bot.Rewording) ([]bot.Sentence, error) { worded++; return nil, errors.New("late") })
		})
		k.say(text)
		if read+worded != 1 {
			t.Errorf("%s: read %d times, worded %d times", name, read, worded)
		}
	}
}

// Nor is a summary of them made.
func TestNoGistOfWhoIsInNeedOrAMinor(t *testing.T) {
	t.Parallel()
	for text, told := range map[string]bool{"我不想活了": false, "我今年16岁，能开通吗": false, "为什么我的借呗开通不了": true} {
		k := newTalk(t, verdict(bot.Eligible))
		k.say(text)
		k.say("转人工")
		_, err := k.engine.Gist(t.Context(), k.who.Tenant, k.conv)
		if (err == nil) != told {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Why a wording is not shown is in the log by the name of the rule: its words may be
// those of a person, or of somebody who wants them to be read there.
func TestALogHoldsNoWordsOfAModel(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var judged []bot.Rule
	k := newTalk(t, verdict(bot.Eligible))
	k.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Eligible), func(o *bot.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Judged = func(rule bot.Rule) { judged = append(judged, rule) }
		o.Phraser = phraser(func(r bot.Rewording) ([]bot.Sentence, error) {
			said, err := echo(r)
			said[0].Text += "悄悄话要付款。"
			return said, err
		})
	})
	k.say("借呗要填哪些资料")
	if strings.Contains(log.String(), "悄悄话") || !strings.Contains(log.String(), "not faithful: silent") {
		t.Errorf("logged:\n%s", log.String())
	}
	if len(judged) != 1 || judged[0] != bot.RuleSilent {
		t.Errorf("judged %v", judged)
	}
}
