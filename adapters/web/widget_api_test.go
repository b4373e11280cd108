package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"kaitong/adapters/web/browsertest"
)

// What a page can say to the widget, and hear of it.
func TestWidgetAPI(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"tells what happens", apiEvents},
		{"takes a token", apiToken},
		{"asks for a fresh token", apiExpired},
		{"gets tokens by a function", apiFunction},
		{"gets tokens at an address", apiTokenURL},
		{"forgets somebody who signs out", apiReset},
		{"changes language and theme", apiLooks},
		{"says what went wrong for good", apiError},
		{"survives a page that throws", apiThrows},
	})
}

func apiEvents(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: record})
	c := h.chat(w, chromium, "/")
	c.JS(`window.stop = Kaitong.on("message", () => { window.extra = (window.extra ?? 0) + 1 })`)
	c.JS(`Kaitong.open("为什么我的借呗开通不了")`)
	c.See(".steps")
	c.sent(1)
	c.Until(`window.extra === 1`)
	c.JS(`stop()`)
	c.Click(".vote.up")
	c.Click("#human")
	c.See(".line")
	c.JS(`Kaitong.close()`)
	c.Gone("#panel")
	c.Until(`heard.some(([name]) => name === "handoff") && heard.some(([name]) => name === "vote")`)
	conv, _ := w.conversation()
	got := browsertest.Value[map[string]map[string]any](c.Place, `Object.fromEntries(heard.toReversed())`) // the first of each name
	if got["ready"]["conversation"] != conv || got["ready"]["recovered"] != false {
		t.Errorf("ready: %v", got["ready"])
	}
	if m := got["message"]; m["author"] != "bot" || !strings.HasPrefix(m["text"].(string), "帮你查过了") || m["id"] == "" {
		t.Errorf("message: %v", m)
	}
	if v := got["vote"]; v["vote"] != "up" || v["message"] == "" || v["reason"] != nil {
		t.Errorf("vote: %v", v)
	}
	if s := got["handoff"]; s["state"] != "requested" || s["position"] != nil || s["agent"] != nil {
		t.Errorf("handoff: %v", s)
	}
	for _, name := range []string{"open", "close"} {
		if n := c.Number(fmt.Sprintf(`heard.filter(([name]) => name === %q).length`, name)); n != 1 {
			t.Errorf("%v times %s", n, name)
		}
	}
	about := browsertest.Value[map[string]any](c.Place, `heard.filter(([name, m]) => name === "message" && m.author === "bot")[0][1].about`)
	if about["composed"] != "authored" {
		t.Errorf("about %v", about)
	}
	if n := c.Number(`window.extra`); n != 1 {
		t.Errorf("called %v times, also after it was stopped", n)
	}
	before := c.Number(`heard.filter(([name]) => name === "message").length`)
	c.Reload()
	c.See("#launcher")
	c.Click("#launcher")
	c.answers(2)
	if n := c.Number(`heard.filter(([name]) => name === "message").length`); n != 0 {
		t.Errorf("%v messages of %v are told again after a reload", n, before)
	}
}

func apiToken(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: record})
	c := h.opened(w, chromium, "/")
	c.Write("匿名的话")
	c.answers(1)
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-kyc")))
	eventually(t, "what was said without a name goes along", func() bool {
		_, conv := w.conversation()
		return conv.owner.User == "demo-kyc"
	})
	c.Until(`$$(".message.user").length === 1`)
	c.online()
	c.Write("kyc 的话")
	c.answers(2)
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-vpn")))
	c.Until(`$$(".message.user").length === 0`)
	c.online()
	c.Write("vpn 的话")
	c.answers(1)
	owners := map[string]int{}
	for _, conv := range w.engine.convs {
		owners[conv.owner.User] = len(conv.turns)
	}
	if len(owners) != 2 || owners["demo-kyc"] != 2 || owners["demo-vpn"] != 1 {
		t.Errorf("turns by owner: %v", owners)
	}
	for _, text := range []string{"匿名的话", "kyc 的话"} {
		if strings.Contains(c.Text("#thread"), text) {
			t.Errorf("somebody else's %q is shown", text)
		}
	}
}

// lapsed is a token that was good an hour ago.
func lapsed(t *testing.T, user string) string {
	past := time.Now().Add(-time.Hour)
	return signed(t, jwt.SigningMethodHS256, []byte(testKey), jwt.MapClaims{"sub": user, "aud": "kaitong", "iat": past.Unix(), "exp": past.Add(time.Minute).Unix()}, nil)
}

// renewed is a token unlike all others of the user.
func renewed(t *testing.T, user string) string {
	now := time.Now()
	return signed(t, jwt.SigningMethodHS256, []byte(testKey), jwt.MapClaims{"sub": user, "tenant": "default", "aud": "kaitong", "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(), "jti": rand.Text()}, nil)
}

func apiExpired(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: fmt.Sprintf(`data-token="%s"`, lapsed(t, "demo-kyc")), after: record})
	c := h.chat(w, chromium, "/")
	c.Click("#launcher")
	c.Until(`heard.some(([name, { reason }]) => name === "token" && reason === "expired")`)
	c.Until(`$("#status").dataset.status !== "online"`)
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, renewed(t, "demo-kyc")))
	c.online()
	c.Write("你好")
	c.answers(1)
	if _, conv := w.conversation(); conv.owner.User != "demo-kyc" {
		t.Errorf("owner %+v", conv.owner)
	}
	// The socket ends with the token; the page hands over a fresh one, and
	// nothing that was shown goes away.
	c.JS(`heard.length = 0`)
	c.Type("没说完的")
	w.everySession(func(s *session) { s.refuse("", &fault{code: codeTokenExpired}) })
	c.Until(`heard.some(([name, { reason }]) => name === "token" && reason === "expired")`)
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, renewed(t, "demo-kyc")))
	c.online()
	c.answers(1)
	if got := browsertest.Value[string](c.Place, `$("#text").value`); got != "没说完的" {
		t.Errorf("the draft is %q", got)
	}
}

func apiFunction(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{after: record + fmt.Sprintf(`<script>
		const tokens = [%q, %q, %q]; window.calls = 0;
		Kaitong.setToken(async () => { calls++; if (calls === 2) throw new Error("the host is away"); return tokens[Math.min(calls, 3) - 1]; });
	</script>`, lapsed(t, "demo-kyc"), "", w.token("demo-kyc"))})
	c := h.chat(w, chromium, "/")
	c.Click("#launcher")
	c.See(".greeting .bubble")
	c.online()
	c.Write("你好")
	c.answers(1)
	if _, conv := w.conversation(); conv.owner.User != "demo-kyc" {
		t.Errorf("owner %+v", conv.owner)
	}
	if n := c.Number(`calls`); n != 3 {
		t.Errorf("asked for a token %v times: one was expired, one failed", n)
	}
	c.Forgive("[kaitong]") // it says that there was no token
}

func apiTokenURL(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: `data-token-url="/session/kaitong"`})
	h.handle("/login", func(rw http.ResponseWriter, _ *http.Request) {
		http.SetCookie(rw, &http.Cookie{Name: "session", Value: "kyc", HttpOnly: true, Path: "/"})
	})
	var anonymous, known atomic.Int64
	h.handle("/session/kaitong", func(rw http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err != nil {
			anonymous.Add(1)
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		known.Add(1)
		fmt.Fprintf(rw, `{"token":%q}`, w.token("demo-kyc"))
	})
	nobody := h.opened(w, chromium, "/")
	nobody.Write("你好")
	nobody.answers(1)
	if _, conv := w.conversation(); !conv.owner.Anonymous || anonymous.Load() == 0 {
		t.Errorf("owner %+v", conv.owner)
	}
	nobody.Visit(h.url + "/login")
	nobody.Visit(h.url + "/")
	nobody.See("#launcher")
	nobody.Click("#launcher")
	nobody.online()
	nobody.Until(`$$(".message.user").length === 1`) // what was said before goes along
	nobody.Write("是我")
	nobody.answers(2)
	owned := 0
	for _, conv := range w.engine.convs {
		if conv.owner.User == "demo-kyc" {
			owned++
		}
	}
	if owned != 1 || known.Load() == 0 {
		t.Errorf("%d conversations of the person with a session, asked %d times", owned, known.Load())
	}
}

func apiReset(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: fmt.Sprintf(`data-token="%s"`, w.token("demo-kyc"))})
	h.embed(w, "/out", hostPage{})
	c := h.opened(w, chromium, "/")
	c.Write("我的事情")
	c.answers(1)
	c.Type("还没说完")
	c.JS(`Kaitong.reset()`)
	c.Until(`$$(".message.user").length === 0 && $("#text").value === ""`)
	const kept = `[localStorage, sessionStorage].map((s) => JSON.stringify(s)).join()`
	for _, word := range []string{"我的事情", "还没说完", "demo-kyc", "eyJ"} {
		if strings.Contains(browsertest.Value[string](c.Place, kept), word) {
			t.Errorf("%q is still kept on the device: %s", word, browsertest.Value[string](c.Place, kept))
		}
	}
	c.Visit(h.url + "/out")
	c.See("#launcher")
	c.Click("#launcher")
	c.See(".greeting .bubble")
	if n := c.Count(".message:not(.greeting)"); n != 0 {
		t.Errorf("%d messages of the one who signed out", n)
	}
}

func apiLooks(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	c := h.opened(w, chromium, "/")
	const light = `getComputedStyle($("#panel")).backgroundColor.match(/\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) > 384`
	c.Until(light)
	c.JS(`Kaitong.setTheme("dark")`)
	c.Until("!(" + light + ")")
	c.JS(`Kaitong.setTheme("auto")`)
	c.Until(light)
	c.Theme("dark")
	c.Until("!(" + light + ")")
	c.JS(`Kaitong.setTheme("light")`)
	c.Until(light)
	c.Write("你好")
	c.answers(1)
	c.JS(`Kaitong.setLocale("en")`)
	c.Until(`$(".greeting").innerText.includes("Hi, I") && $("#thread").closest("[lang]").lang === "en"`)
	c.online()
	c.answers(1)
	c.JS(`document.querySelector("kaitong-chat").style.setProperty("--kaitong-accent", "rgb(1, 2, 3)")`)
	c.Write("hello")
	c.answers(2)
}

func apiError(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{script: `data-token="nonsense"`, after: record})
	c := h.chat(w, chromium, "/")
	c.Click("#launcher")
	c.Until(`heard.some(([name, { code, message }]) => name === "error" && code === "unauthorized" && message !== "")`)
	c.See("#banner")
	c.JS(fmt.Sprintf(`Kaitong.setToken(%q)`, w.token("demo-kyc")))
	c.online()
	c.Gone("#banner")
}

func apiThrows(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{after: `<script>for (const name of ["ready", "message", "open", "unread"]) Kaitong.on(name, () => { throw new Error("of the page") })</script>`})
	c := h.opened(w, chromium, "/")
	c.Write("你好")
	c.answers(1)
	c.sent(1)
	c.Forgive("of the page")
}
