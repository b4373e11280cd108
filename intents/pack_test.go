package intents

import (
	"fmt"
	"sync"
	"testing"
)

// simPack is the language of a pack that has nothing to do with credit, in
// English only: it must get by with the moves of the conversation from us.
func simPack() map[string]string {
	files := map[string]string{
		"base.yaml":     "take: moves\n",
		"entities.yaml": "products: {esim: [esim, e-sim, digital sim]}\ncauses: {fail.locked: {named: [carrier lock*, locked], denied: [unlocked]}}\n",
	}
	for intent, lines := range map[string][]string{
		"how.activate":     {"how do i activate my esim", "how to set up the esim", "where do i start with the esim", "steps to activate", "i want to install my esim", "how does activation work", "help me set up my new line", "install the esim on my phone", "getting started with my line", "activate my number please"},
		"fail.unspecified": {"my esim won't activate", "activation failed", "i can't activate the esim", "why can't i activate it", "the esim does not install", "cannot add the esim", "the activation doesn't go through", "it refuses to activate", "esim activation error", "my line won't activate"},
		"fail.qr":          {"the qr code won't scan", "camera doesn't read the code", "the qr code is invalid", "it says code already used", "i lost the qr code", "where is my qr code", "the code expired", "scanning the code does nothing", "qr code not recognised", "my activation code is wrong"},
		"fail.locked":      {"my phone is locked to a carrier", "it says sim not supported", "carrier lock on my phone", "is my phone network locked", "the phone only takes my old operator", "phone is locked to another network", "how do i unlock the phone", "sim not valid", "bought my phone with a contract", "locked phone"},
		"fail.signal":      {"no signal", "no service after installing", "it says no service", "no bars on the new line", "calls don't work on the esim", "no mobile data on the esim", "no network on my new line", "sos only", "i have no reception", "the internet on the line is dead"},
		"how.transfer":     {"move my esim to a new phone", "i have a new phone, transfer the line", "switch the esim to another device", "can i move my number to my new iphone", "change phones and keep the line", "copy the esim to my other phone", "my old phone broke, move the line", "how do i transfer it"},
	} {
		files["en/"+intent+".yaml"] = utterances("en", intent, quoted(lines)...)
	}
	return files
}

func quoted(lines []string) (out []string) {
	for _, line := range lines {
		out = append(out, fmt.Sprintf("%q", line))
	}
	return out
}

var trainSIM = sync.OnceValues(func() (*Model, error) { return TrainPack(folder(simPack()), nil) })

// Neither do our moves take a pack's questions, nor its questions our moves;
// and what we would answer ourselves is none of the pack's business.
func TestAnotherProductKeepsItsQuestionsApart(t *testing.T) {
	t.Parallel()
	m, err := trainSIM()
	if err != nil {
		t.Fatal(err)
	}
	for want, texts := range map[string][]string{
		"fail.unspecified": {"Why can't I activate my eSIM?", "my esim activation failed"},
		"fail.qr":          {"the QR code can't be scanned", "it says the code was already used"},
		"fail.locked":      {"is the phone locked to my old carrier", "says SIM not supported"},
		"fail.signal":      {"there is no signal on my esim", "no service since I installed it"},
		"how.transfer":     {"I bought a new phone, how do I move my eSIM"},
		"how.activate":     {"how do I set up my eSIM"},
		"not_helped":       {"still not working", "that did not help at all", "还是不行"},
		"agent":            {"I want to talk to a human", "转人工"},
		"greet":            {"hello", "你好"},
		"thanks":           {"thank you", "谢谢"},
		"affirm":           {"yes", "好的"},
		"distress":         {"I want to kill myself", "我不想活了"},
		"scam":             {"someone offers to activate it for me for a fee"},
		"appeal":           {"I want to appeal"},
	} {
		for _, text := range texts {
			if r := m.Classify(text); r.Top().Intent != want || r.Scope == OutOfScope {
				t.Errorf("Classify(%q) = %s %.2f %s, want %s", text, r.Top().Intent, r.Top().Confidence, r.Scope, want)
			}
		}
	}
	for _, text := range []string{
		"why can't I open jiebei", "why was my loan refused", "how do I repay my loan", "my credit score is too low for a loan", "借呗为什么开通不了", "花呗额度没了怎么办", "我逾期了还能开吗", "how's the weather", "book me a flight to paris",
	} {
		if r := m.Classify(text); r.Scope == Confident {
			t.Errorf("Classify(%q) = %s %.2f, which is none of the pack's questions", text, r.Top().Intent, r.Top().Confidence)
		}
	}
}

// A pack about the other product reads the questions about it as well as the
// shipped one reads those about ours.
func TestSwappedPackReadsSwappedQuestions(t *testing.T) {
	t.Parallel()
	base := baseFile{Swap: map[string]string{"借呗": "花呗"}}
	asked := questions(t)
	for i := range asked {
		asked[i].Text = base.swapper().text(asked[i].Text)
	}
	m, err := TrainPack(folder(map[string]string{"base.yaml": "take: all\nswap: {借呗: 花呗}\n"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	shipped, swapped := Evaluate(shippedModel(t), questions(t)), Evaluate(m, asked)
	if swapped.Accuracy < shipped.Accuracy-0.005 {
		t.Errorf("accuracy is %.3f, the shipped model has %.3f", swapped.Accuracy, shipped.Accuracy)
	}
}

// What is trained from a pack must not depend on the order of its files.
func TestPackTrainingIsDeterministic(t *testing.T) {
	t.Parallel()
	once, err := trainSIM()
	if err != nil {
		t.Fatal(err)
	}
	again, err := TrainPack(folder(simPack()), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"my esim is dead", "locked", "hello", "借呗"} {
		if a, b := asJSON(t, once.Classify(text)), asJSON(t, again.Classify(text)); a != b {
			t.Errorf("two trainings read %q differently: %s, %s", text, a, b)
		}
	}
}
