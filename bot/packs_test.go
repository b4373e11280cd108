package bot_test

import (
	"os"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/intents"
	"kaitong/knowledge"
)

// otherPack is one of the packs that prove that a pack is data.
func otherPack(t *testing.T, name string, eligibility bot.Eligibility) *talk {
	t.Helper()
	files := os.DirFS("../knowledge/testdata/" + name)
	base, err := knowledge.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	model, err := intents.TrainPack(os.DirFS("../knowledge/testdata/"+name+"/intents"), base.Wordings())
	if err != nil {
		t.Fatal(err)
	}
	k := newTalk(t, eligibility)
	k.library = bot.NewLibrary(bot.Edition{ID: "1", Base: base, Model: model})
	k.engine = engineOf(t, bottest.NewEventLog(), eligibility, k.library)
	return k
}

// A product without an age rule says nothing of age.
func TestAgeRuleIsThePacks(t *testing.T) {
	t.Parallel()
	k := otherPack(t, "esim", verdict(bot.Eligible))
	k.locale = "en"
	if m := k.say("I'm 17, why can't I activate my eSIM?"); m.About.Decision != bot.Eligible {
		t.Errorf("answered by an age rule: %s", words(m))
	}
	k = otherPack(t, "huabei", verdict(bot.Eligible))
	wantSaid(t, k.say("我今年17岁，花呗开通不了"), "18 周岁")
}

// A question about a neighbouring product is told which one is meant.
func TestPacksNameTheProductMeant(t *testing.T) {
	t.Parallel()
	k := otherPack(t, "huabei", verdict(bot.Ineligible, "REVIEW_NOT_PASSED"))
	wantSaid(t, k.say("为什么我的借呗开通不了"), "借呗", "花呗")
}
