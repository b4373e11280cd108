package cli

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"kaitong/adapters/store"
	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
)

// The page of the desk, that of the people, and the whole program between them.
func TestDeskPage(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Start(t, *shots)
	for name, try := range map[string]func(*testing.T, *browsertest.Browser){
		"helps somebody although the server is killed": deskThroughAKill,
		"gives who waits to one of two":                deskRace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, chromium)
		})
	}
}

// seat is a tab on the desk of a demo agent.
type seat struct {
	*browsertest.Place
	tab *browsertest.Tab
}

func takeSeat(t *testing.T, chromium *browsertest.Browser, address, name string) seat {
	t.Helper()
	tab := chromium.Blank(t)
	t.Cleanup(func() { tab.Forgive("/v1/desk/me", "net::ERR") }) // nobody is known at first; the server goes away
	tab.LessMotion()
	tab.Visit(address + "/desk")
	s := seat{tab.Document(), tab}
	s.ClickOn(".demo-agent", name)
	s.See(".line-mark.online")
	return s
}

// says writes into the field that is open.
func (s seat) says(text string) {
	s.Fill("#composer", text)
	s.tab.Press("\r")
}

// Somebody asks, wants a human, waits and is taken. Then the server is killed,
// both go on writing, and when it is back each word is there once, with the
// same agent, until the bot takes over again.
func deskThroughAKill(t *testing.T, chromium *browsertest.Browser) {
	spec := nodeSpec{Data: t.TempDir()}
	server := startProcess(t, spec)
	spec.Addr = strings.TrimPrefix(server.address, "http://")
	lin := takeSeat(t, chromium, server.address, "林晓")
	person := widgetTab(t, chromium, server.address, "demo-kyc")
	t.Cleanup(func() { person.Forgive("net::ERR", "[kaitong]") })
	person.Write("为什么我的借呗开通不了？")
	answered(person, 1)
	person.Write("转人工")
	lin.ClickOn(".entry", "转人工")
	lin.Read("想找人工")
	lin.ClickOn(".thread-head button", "接入")
	lin.See(".thread-head .actions")
	person.Until(`kt.textContent.includes("林晓")`)

	server.kill()
	lin.See(".banner")
	person.Until(`$("#status").dataset.status !== "online"`)
	lin.says("我是林晓，断线时写的")
	lin.See(".message.pending")
	person.Write("断线时问的")
	person.See(".message.user[data-state=sending]")
	server = startProcess(t, spec)

	person.Until(`$$(".message.agent .bubble").some((e) => e.textContent.includes("断线时写的"))`)
	lin.Until(`$$(".message.user .words").some((e) => e.textContent === "断线时问的") && !$(".message.pending")`)
	deskTalks(lin, person)
	deskEnds(lin, person)
	server.kill()
	keptOnce(t, spec.Data, "为什么我的借呗开通不了？", "转人工", "我是林晓，断线时写的", "断线时问的", "收到了吗", "收到", "谢谢你")
}

// deskTalks is a talk after the line is back.
func deskTalks(lin seat, person *browsertest.Tab) {
	lin.Fill("#composer", "收到了")
	person.See(".typing")
	lin.Fill("#composer", "吗")
	lin.tab.Press("\r")
	person.Until(`$$(".message.agent .bubble").some((e) => e.textContent.includes("收到了吗"))`)
	person.Type("收到")
	lin.See(".log .typing")
	person.Press("\r")
	lin.Until(`$$(".message.user .words").at(-1).textContent === "收到"`)
	lin.JS(`document.activeElement.blur()`)
	lin.tab.Press("n")
	lin.See(".composer.note")
	lin.says("只给同事看的话")
	lin.See(".side-note")
	lin.tab.Shoot("real-desk")
}

// deskEnds resolves the conversation, and the bot answers again.
func deskEnds(lin seat, person *browsertest.Tab) {
	before := person.Count(".message.bot:not(.typing)")
	lin.Click(".thread-head .actions button:last-child")
	lin.Click("#resolve-cause")
	lin.ClickOn(".ant-select-item-option", "都不是")
	lin.ClickOn(".ant-modal .ant-segmented-item", "解决了")
	lin.ClickOn(".ant-modal .ant-btn-primary", "完成")
	lin.Gone(".thread-head .actions")
	person.Write("谢谢你")
	person.Until(fmt.Sprintf(`$$(".message.bot:not(.typing)").length > %d && !$(".message.user[data-state=sending]")`, before))
	person.Until(`!kt.textContent.includes("只给同事看的话")`)
	person.Shoot("real-after-the-desk")
}

// keptOnce fails unless the log has each text once, and one agent all along.
func keptOnce(t *testing.T, data string, texts ...string) {
	t.Helper()
	log := openLog(t, store.Options{Dir: data})
	times, taken := map[string]int{}, 0
	for after := int64(0); ; {
		turns, err := log.Tail(t.Context(), after, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(turns) == 0 {
			break
		}
		for _, turn := range turns {
			after = turn.Position
			for _, event := range turn.Events {
				switch e := event.(type) {
				case bot.Message:
					times[e.Blocks[0].Text]++
				case bot.HandoffChanged:
					if e.State == bot.HandoffActive && e.Agent.ID == "demo-lin" {
						taken++
					}
				}
			}
		}
	}
	for _, text := range texts {
		if times[text] != 1 {
			t.Errorf("%q is kept %d times", text, times[text])
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times", taken)
	}
}

// Two agents take the same person: one gets them and the other is told, also
// when both do it at the same moment.
func deskRace(t *testing.T, chromium *browsertest.Browser) {
	address := startApp(t, nil)
	line := browsertest.NewLine(t, address)
	lin, zhou := takeSeat(t, chromium, address, "林晓"), takeSeat(t, chromium, line.URL(), "周宁")
	waits := func(user string) {
		person := newPerson(t, address, user, "zh-CN")
		person.ask("转人工")
		for _, s := range []seat{lin, zhou} {
			s.tab.Press(kb.Escape) // out of the field of the one before
			s.tab.Press("1")
			s.ClickOn(".entry", "转人工")
			s.Until(`$(".thread-head .ant-btn-primary")?.innerText === "接入"`)
		}
	}
	waits("demo-kyc")
	line.Hold()
	zhou.ClickOn(".thread-head button", "接入")
	lin.ClickOn(".thread-head button", "接入")
	lin.See(".thread-head .actions")
	line.Mend()
	zhou.Read("慢了一步：林晓 已经接入")
	zhou.Read("林晓 正在接待")
	zhou.tab.Shoot("real-desk-too-late")

	waits("demo-vpn")
	var both sync.WaitGroup
	for _, s := range []seat{lin, zhou} {
		both.Go(func() { s.JS(`$$(".thread-head button").find((e) => e.innerText === "接入")?.click()`) })
	}
	both.Wait()
	const decided = `$(".thread-head .actions") || $(".composer-tip").textContent.includes("正在接待")`
	lin.Until(decided)
	zhou.Until(decided)
	if n := lin.Count(".thread-head .actions") + zhou.Count(".thread-head .actions"); n != 1 {
		t.Errorf("%d of two have the same person", n)
	}
}
