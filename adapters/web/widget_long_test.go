package web

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/web/browsertest"
)

// Conversations that went on for long.
func TestLongChat(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"loads a long history", longHistory},
		{"scrolls through a thousand messages", longScroll},
		{"leaves alone who reads further up", longJump},
		{"runs nothing it is told", longXSS},
		{"answers at once", longAnswer},
	})
}

// firstOwn is the first message of the person that is drawn.
const firstOwn = `$$(".message.user .bubble")[0]?.innerText`

// scrollTo scrolls to a place until it is drawn and the widget has noticed.
func (c *chat) scrollTo(place string) {
	c.t.Helper()
	c.JS(fmt.Sprintf(`const log = $("#log"), end = performance.now() + 15000;
		for (let still = 0; still < 20 && performance.now() < end; ) {
			const before = log.scrollHeight, to = Math.round(%s);
			still = Math.abs(log.scrollTop - to) < 2 ? still + 1 : 0;
			log.scrollTop = to;
			await new Promise(requestAnimationFrame);
			if (log.scrollHeight !== before) still = 0;
		}`, place))
}

// toTop scrolls up to the greeting.
func (c *chat) toTop() {
	c.t.Helper()
	c.scrollTo("0")
	c.Until(`$(".greeting").getBoundingClientRect().bottom > $("#log").getBoundingClientRect().top`)
}

// More than a replay holds is fetched in pages.
func longHistory(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	conv, stored := w.conversation()
	w.engine.fill(conv, stored.owner, 400) // 800 events
	c.Reload()
	c.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-399"`)
	c.Write("还在吗")
	c.Until(`$$(".message.bot .bubble").at(-1).innerText === "收到：还在吗"`)
	c.toTop()
	c.Until(firstOwn + ` === "第一句"`)
}

// With a thousand messages no more is drawn than with fifty, every one of them
// can be reached, and the page keeps its pace.
func longScroll(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	conv, stored := w.conversation()
	w.engine.fill(conv, stored.owner, 50)
	c.Reload()
	c.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-49"`)
	fifty := c.Number(`$$("*").length`)
	w.engine.fill(conv, stored.owner, 450)
	c.Reload()
	c.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-499"`)
	c.online()
	if n := c.Number(`$$("*").length`); n > 3*fifty {
		t.Errorf("%v elements for 1,000 messages, %v for 100", n, fifty)
	}
	seen := browsertest.Value[map[string]float64](c.Place, scrollScript)
	t.Logf("scrolling up and down through 1,000 messages: %.0f frames, p50 %.1f ms, p95 %.1f ms, worst %.1f ms; at most %.0f elements", seen["frames"], seen["p50"], seen["p95"], seen["worst"], seen["most"])
	if seen["messages"] < 1002 {
		t.Errorf("%v of 1,002 messages were seen on the way", seen["messages"])
	}
	if seen["most"] > 6*fifty {
		t.Errorf("up to %v elements were there at once, %v with 100 messages", seen["most"], fifty)
	}
	c.toTop()
	c.Until(firstOwn + ` === "第一句"`)
	c.JS(`$("#log").scrollTop = $("#log").scrollHeight`)
	c.Until(`$$(".message.bot .bubble").at(-1).innerText === "收到：fill-499" && $("#log").scrollHeight - $("#log").scrollTop - $("#log").clientHeight < 2`)
}

// scrollScript goes up half a screen a frame, and down again, and looks at
// what is drawn meanwhile.
const scrollScript = `(async () => {
	const log = $("#log"), gaps = [], seen = new Set();
	let most = 0, last = 0, stuck = 0;
	const frame = () => new Promise(requestAnimationFrame);
	const look = () => { for (const m of log.querySelectorAll(".message[data-id]")) seen.add(m.dataset.id); most = Math.max(most, kt.querySelectorAll("*").length); };
	for (const way of [-1, 1]) {
		for (stuck = 0; stuck < 12; ) {
			const before = log.scrollTop, now = await frame();
			if (last) gaps.push(now - last);
			last = now;
			log.scrollTop += way * log.clientHeight / 2;
			stuck = Math.abs(log.scrollTop - before) < 1 ? stuck + 1 : 0;
			if (gaps.length % 2 === 0) look();
			if (gaps.length > 20000) throw new Error("it does not end");
		}
	}
	gaps.sort((a, b) => a - b);
	const at = (q) => gaps[Math.floor(q * (gaps.length - 1))];
	return { frames: gaps.length, p50: at(.5), p95: at(.95), worst: at(1), most, messages: seen.size };
})()`

// Who reads further up stays where they are when something comes, and is told
// of it.
func longJump(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	conv, stored := w.conversation()
	w.engine.fill(conv, stored.owner, 30)
	c.Reload()
	c.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：fill-29"`)
	c.toTop()
	top := c.Number(`$(".greeting").getBoundingClientRect().top`)
	w.agent("我是客服")
	c.See("#jump")
	if now := c.Number(`$(".greeting").getBoundingClientRect().top`); now < top-2 || now > top+2 {
		t.Errorf("what is read moved from %v to %v", top, now)
	}
	c.Click("#jump")
	c.Until(`$$(".message.agent").at(-1)?.getBoundingClientRect().bottom <= $("#log").getBoundingClientRect().bottom + 1`)
	c.Gone("#jump")
	c.Write("谢谢")
	c.Until(`$$(".message.bot .bubble").at(-1).innerText === "收到：谢谢"`)
}

// A public list of script injections, every line a message in the history:
// nothing runs, and every line is shown as it was written.
func longXSS(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	c.Write("第一句")
	c.answers(1)
	lines := injections(t)
	conv, stored := w.conversation()
	w.engine.tell(conv, stored.owner, lines)
	c.Reload()
	c.Until(fmt.Sprintf(`$$(".message.bot .bubble").at(-1)?.textContent === %s`, asJSON(t, lines[len(lines)-1])))
	c.toTop()
	const ours = 3 // the first two events are the question and its answer
	wrong := c.Number(fmt.Sprintf(`(async () => {
		const want = %s, log = $("#log"), right = new Set();
		for (let before = -1; before !== log.scrollTop; ) {
			for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
			const ids = [...log.querySelectorAll(".message.bot[data-id^=tell-]")];
			for (const m of ids) if (m.querySelector(".bubble").textContent === want[Number(m.dataset.id.slice(5)) - %d]) right.add(m.dataset.id);
			before = log.scrollTop;
			log.scrollTop += log.clientHeight + 600;
		}
		return want.length - right.size;
	})()`, asJSON(t, lines), ours))
	if wrong != 0 {
		t.Errorf("%v of %d lines are shown differently", wrong, len(lines))
	}
	t.Logf("%d lines shown", len(lines))
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// injections is a list of our own, and the public one where it lies beside the
// repository.
func injections(t *testing.T) []string {
	t.Helper()
	own, err := os.ReadFile(filepath.Join("testdata", "injections.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(own)), "\n")
	public, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "security", "xss-payload-list.txt"))
	if err != nil {
		t.Log("NOT TESTED: ../shared/data/security/xss-payload-list.txt is absent; only our own list is tried")
		return lines
	}
	for line := range strings.Lines(strings.ToValidUTF8(string(public), "")) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// How long it takes from Enter to the first answer that can be seen.
func longAnswer(t *testing.T, chromium *browsertest.Browser) {
	w := newWorld(t)
	c := w.chat(chromium)
	var worst time.Duration
	for i := range 10 {
		c.Type(fmt.Sprintf("第 %d 句", i))
		c.JS(fmt.Sprintf(`const started = performance.now(); window.took = new Promise((done) => {
			const look = () => $$(".message.bot .bubble").at(-1)?.innerText === "收到：第 %d 句" ? requestAnimationFrame(() => done(performance.now() - started)) : requestAnimationFrame(look);
			$("#text").addEventListener("keydown", () => { window.pressed = performance.now(); look(); }, { once: true });
		}).then(() => performance.now() - window.pressed)`, i))
		c.Press("\r")
		took := time.Duration(c.Number(`await window.took`) * float64(time.Millisecond))
		worst = max(worst, took)
	}
	t.Logf("from Enter to the answer on the screen: %s at worst of 10", worst.Round(time.Millisecond))
}
