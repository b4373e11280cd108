package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"kaitong/adapters/web/browsertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// page has an element with a shadow root like the widget, a frame and a socket.
const page = `<!doctype html><html lang="en"><title>Test</title><body><main><h1>Test</h1>
<button onclick="document.title = 'outside'">outside</button>
<kaitong-chat><template shadowrootmode="open"><textarea id="text" aria-label="text"></textarea>
<button class="shown" onclick="this.textContent = 'clicked'">click me</button>
<p class="late" hidden>late</p></template></kaitong-chat></main>
<script>
	const widget = document.querySelector("kaitong-chat").shadowRoot;
	widget.querySelector("#text").addEventListener("keydown", (e) => { if (e.key === "Enter") document.title = e.target.value; });
	setTimeout(() => { widget.querySelector(".late").hidden = false; }, 50);
</script>`

type site struct {
	*httptest.Server
	echo websocket.Upgrader
}

func newSite(t *testing.T) *site {
	s := &site{}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if policy := r.FormValue("policy"); policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
		if inner := r.FormValue("frame"); inner != "" {
			fmt.Fprintf(w, `<iframe title="inner" src=%q style="margin: 40px"></iframe>`, inner)
		}
	})
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		conn, err := s.echo.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		for {
			kind, text, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, text) != nil {
				return
			}
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func TestTabs(t *testing.T) {
	s, stranger := newSite(t), newSite(t)
	chromium := browsertest.Start(t, "")
	t.Run("looks into the shadow root", func(t *testing.T) {
		tab := chromium.Open(t, s.URL)
		tab.See(".late")
		tab.Click(".shown")
		if got := tab.Text(".shown"); got != "clicked" {
			t.Errorf("button says %q", got)
		}
		tab.Write("你好")
		tab.Until(`document.title === "你好"`)
		tab.Document().Click("main > button")
		tab.Until(`document.title === "outside"`)
		if n := tab.Count("h1"); n != 0 {
			t.Errorf("%d headings in the widget", n)
		}
	})
	t.Run("looks into frames of strangers", func(t *testing.T) {
		tab := chromium.Open(t, s.URL+"?frame="+strings.Replace(stranger.URL, "127.0.0.1", "localhost", 1))
		inner := tab.Frame("localhost")
		inner.See(".late")
		inner.Click(".shown")
		inner.Until(`$(".shown").textContent === "clicked"`)
		inner.Write("inside")
		inner.Until(`document.title === "inside"`)
		if got := tab.Text(".shown"); got != "click me" {
			t.Errorf("the page's own button says %q", got)
		}
	})
	t.Run("hears complaints", func(t *testing.T) {
		tab := chromium.Open(t, s.URL+"?policy="+url.QueryEscape("script-src 'unsafe-inline' 'unsafe-eval'; img-src 'none'"))
		tab.JS(`alert("hello"); console.error("ouch"); setTimeout(() => { throw new Error("thrown") }); new Image().src = "/picture";`)
		tab.JS(`await new Promise((done) => setTimeout(done, 100))`)
		for _, part := range []string{"dialog alert: hello", "console error: ouch", "thrown", "policy of " + s.URL} {
			if !strings.Contains(strings.Join(tab.Complaints(), "\n"), part) {
				t.Errorf("no %q among %q", part, tab.Complaints())
			}
		}
		tab.Forgive("hello", "ouch", "thrown", "img-src", "Content Security Policy")
	})
	t.Run("shares storage between tabs of one person only", func(t *testing.T) {
		tab := chromium.Open(t, s.URL)
		tab.JS(`localStorage.name = "me"`)
		if got := browsertest.Value[string](tab.Another(s.URL).Place, `localStorage.name`); got != "me" {
			t.Errorf("second tab: %q", got)
		}
		if got := browsertest.Value[string](chromium.Open(t, s.URL).Place, `localStorage.name ?? "nobody"`); got != "nobody" {
			t.Errorf("other person: %q", got)
		}
		tab.Until(`document.visibilityState === "visible" && document.hasFocus()`)
		tab.JS(`await new Promise(requestAnimationFrame)`)
	})
	t.Run("goes offline", func(t *testing.T) {
		tab := chromium.Open(t, s.URL)
		const dial = `new Promise((done) => { const s = new WebSocket(location.origin.replace("http", "ws") + "/socket"); s.onopen = () => { window.socket = s; done("open") }; s.onerror = () => done("refused") })`
		if got := browsertest.Value[string](tab.Place, dial); got != "open" {
			t.Fatalf("online: %s", got)
		}
		tab.Offline(true)
		tab.Until(`navigator.onLine === false`)
		if got := browsertest.Value[string](tab.Place, dial); got != "refused" {
			t.Errorf("offline: %s", got)
		}
		tab.Offline(false)
		tab.Until(`navigator.onLine === true`)
	})
	t.Run("checks accessibility", func(t *testing.T) {
		tab := chromium.Open(t, s.URL)
		if found := tab.Axe(); len(found) > 0 {
			t.Errorf("%v", found)
		}
		tab.JS(`$("#text").removeAttribute("aria-label")`)
		if found := tab.Axe(); len(found) != 1 || found[0].Rule != "label" {
			t.Errorf("%v", found)
		}
		if tab.Number(`"axe" in window ? 1 : 0`) != 0 {
			t.Error("the page sees axe")
		}
	})
}

func TestLine(t *testing.T) {
	s := newSite(t)
	line := browsertest.NewLine(t, s.URL)
	dial := func() (*websocket.Conn, error) {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(line.URL(), "http")+"/socket", nil)
		return conn, err
	}
	conn, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	line.Hold()
	if err := conn.WriteMessage(websocket.TextMessage, []byte("held")); err != nil {
		t.Fatal(err)
	}
	line.Mend()
	if _, text, err := conn.ReadMessage(); err != nil || string(text) != "held" {
		t.Fatalf("after the tunnel: %q, %v", text, err)
	}
	line.Cut()
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("read through a cut line")
	}
	if _, err := dial(); err == nil {
		t.Error("dialled through a cut line")
	}
	line.Mend()
	if conn, err = dial(); err != nil {
		t.Errorf("after mending: %v", err)
	}
	defer conn.Close()
}
