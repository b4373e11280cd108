package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// What the device and the server remember, when one of them does not.
func TestWidgetMemory(t *testing.T) {
	tryWidget(t, []widgetCase{
		{"lives with a damaged room", memoryRoom},
		{"lives with damaged acts", memoryActs},
		{"asks again for history that does not come", memoryHangs},
	})
}

// remembered is a page of somebody the host knows, who has said something, and
// the key of the room that is kept of them.
func remembered(t *testing.T, chromium *browsertest.Browser) (c *chat, room string) {
	t.Helper()
	w, h := hosting(t, hostPage{})
	h.embed(w, "/", hostPage{script: fmt.Sprintf(`data-open data-token="%s"`, w.token("demo-kyc"))})
	c = &chat{world: w, Tab: chromium.Open(t, h.url+"/")}
	c.See(".greeting .bubble")
	c.online()
	c.Write("第一句")
	c.answers(1)
	return c, browsertest.Value[string](c.Place, `Object.keys(localStorage).find((key) => JSON.parse(localStorage[key]).conv)`)
}

// goesOn puts text under a key, loads the page again, and talks.
func (c *chat) goesOn(key, text string, i int) {
	c.t.Helper()
	c.JS(fmt.Sprintf(`localStorage[%q] = %s`, key, "`"+text+"`"))
	c.Reload()
	c.Until(`$("#status")?.dataset.status === "online"`)
	said := fmt.Sprintf("又一句 %d", i)
	c.Click("#text")
	c.Write(said)
	c.Until(fmt.Sprintf(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：%s"`, said))
	c.Click(`.message:last-child .vote.up`)
	c.See(`.message:last-child .vote.up[aria-pressed=true]`)
}

// A room may be of another version, or damaged: what can be read of it counts.
func memoryRoom(t *testing.T, chromium *browsertest.Browser) {
	c, room := remembered(t, chromium)
	for i, text := range []string{
		`{"votes":null}`, `{"conv":5,"epoch":7}`, `{"conv":"c","epoch":{},"draft":[],"anon":1,"votes":"x","at":"y"}`,
		`{"conv":"` + strings.Repeat("c", 500) + `","epoch":"\u0000","votes":{"a":5}}`,
		`"text"`, `5`, `null`, `[]`, `{"v":9,"rooms":[{}]}`, `{"conv":`, ``,
	} {
		c.goesOn(room, text, i)
	}
}

// An act that makes no sense is sent to nobody, or refused; it stops nothing.
func memoryActs(t *testing.T, chromium *browsertest.Browser) {
	c, room := remembered(t, chromium)
	act := func(fields string) string {
		tab := browsertest.Value[string](c.Place, `sessionStorage["kaitong:tab"]`)
		at := browsertest.Value[int64](c.Place, `Date.now()`)
		return fmt.Sprintf(`{"a":{"id":"a","at":%d,"tab":"%s","conv":"","state":"sending","why":"","resends":0,%s}}`, at, tab, fields)
	}
	for i, text := range []string{
		`{"a":null}`, `{"a":5}`, `{"a":{}}`, `"text"`, `[]`, `[null]`, `5`, `{`, ``,
		act(`"type":"message.send"`), act(`"type":"message.send","data":5,"shown":"x"`), act(`"type":"message.send","data":{},"shown":7`),
		act(`"type":"message.send","data":{"text":5},"shown":{}`), act(`"type":"feedback.send","data":{"msg":5},"shown":""`),
		act(`"type":"later.send","data":{"text":"x"},"shown":"x"`), act(`"type":5,"data":{"text":"x"},"shown":"x","id":7`),
		act(`"type":"choice.send","data":{"msg":"m","choice":"c"},"shown":"x","id":"01a21e89-e635-7bed-8186-848df7ec7e2f"`),
	} {
		c.goesOn(room+":acts", text, i)
		c.JS(fmt.Sprintf(`localStorage.removeItem(%q)`, room+":acts"))
	}
}

// A page of the history never comes the first time. It is asked for again, and
// what is written meanwhile is not lost.
func memoryHangs(t *testing.T, chromium *browsertest.Browser) {
	w, h := hosting(t, hostPage{})
	var asked atomic.Int64
	front := slowHistory(t, w, &asked)
	h.embed(w, "/", hostPage{head: hurry, script: fmt.Sprintf(`data-open data-host="%s" data-token="%s"`, front, w.token("demo-kyc"))})
	c := &chat{world: w, Tab: chromium.Open(t, h.url+"/")}
	c.See(".greeting .bubble")
	c.online()
	c.Write("第一句")
	c.answers(1)
	conv, stored := w.conversation()
	w.engine.fill(conv, stored.owner, 300)
	c.Reload()
	eventually(t, "the history is asked for", func() bool { return asked.Load() == 1 })
	c.Click("#text")
	c.Write("还在吗")
	c.Until(`$$(".message.bot .bubble").at(-1)?.innerText === "收到：还在吗"`)
	c.toTop()
	c.Until(firstOwn + ` === "第一句"`)
	if n := asked.Load(); n < 2 {
		t.Errorf("asked %d times", n)
	}
}

// slowHistory is the server of a world, but the first page of a history never
// comes.
func slowHistory(t *testing.T, w *world, asked *atomic.Int64) (address string) {
	t.Helper()
	target, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/events") && asked.Add(1) == 1 {
			<-r.Context().Done()
			return
		}
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}
