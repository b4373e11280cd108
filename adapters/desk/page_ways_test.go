package desk

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"kaitong/adapters/desk/ssotest"
	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
	"kaitong/bot/staff"
)

// What people do at the desk, and what it does then.
func TestThePageInUse(t *testing.T) {
	t.Parallel()
	tryPage(t, []pageCase{
		{"a wrong password is told", wrongPassword},
		{"a session that ends costs no word", sessionEnds},
		{"what was on its way when the session ended is a draft again", sessionEndsOffline},
		{"a draft is its writer's", draftOfAnother},
		{"keys do what they say", keysAct},
		{"without a line nothing is lost or doubled", lineBreaks},
		{"ready wording is put into the reply", wordingInserted},
		{"a colleague takes on what is transferred", transferred},
		{"a page loaded anew is as it was", loadedAnew},
		{"accounts are made by the rules, and disabled after a question", accountsKept},
		{"a lead takes over", takenOver},
		{"what changes hands is told whatever one looks at", handsChange},
		{"who somebody is is shown for a reason", revealed},
		{"the language changes at once and stays", localeChanges},
		{"nobody is asked for notifications before a click", notificationsWait},
		{"distress and the end of a request are told", distressIsTold},
		{"a made-up reason for a refusal breaks nothing", madeUpRefusal},
		{"a page that is left for the company promises nothing", companyPromisesNothing},
	})
}

func wrongPassword(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	s := o.sight(chromium, o.http.URL, look{})
	t.Cleanup(func() { s.tab.Forgive("/v1/desk/login") })
	s.Click(".signin-form button[type=submit]")
	s.Read("请填写密码")
	s.enter("lin", "not the one 9")
	s.Read("账号或密码不对")
	s.enter("nobody", password)
	s.Read("账号或密码不对")
	s.enter("lin", password)
	s.in()
}

// expiring is an office whose clock is set by hand, with somebody who writes.
func expiring(t *testing.T, chromium *browsertest.Browser) (*sight, *clock) {
	c := &clock{at: time.Now()}
	o := open(t, func(options *Options) { options.Now = c.now })
	o.hire("lin", staff.Agent)
	o.hire("zhou", staff.Agent)
	o.talking("c1", "lin", "还在吗")
	s := o.at(chromium, "lin", look{})
	t.Cleanup(func() { s.tab.Forgive("401") })
	s.tab.Press("2")
	s.opens("还在吗")
	s.Fill("#composer", "我正写到一半")
	c.pass(30 * 24 * time.Hour)
	s.See(".signin")
	s.Read("登录已过期")
	return s, c
}

func sessionEnds(t *testing.T, chromium *browsertest.Browser) {
	s, _ := expiring(t, chromium)
	s.tab.Shoot("signin-expired")
	s.enter("lin", password)
	s.in()
	s.Until(`$("#composer")?.value === "我正写到一半"`)
	s.Fill("#composer", "，现在写完了")
	s.tab.Press("\r")
	s.Until(`$$(".message.agent:not(.pending)").at(-1)?.innerText.includes("我正写到一半，现在写完了")`)
}

func distressIsTold(t *testing.T, chromium *browsertest.Browser) {
	o := lively(t)
	s := o.sight(chromium, o.http.URL, look{})
	s.Click(".demo-agents li:nth-child(3) button")
	s.in()
	s.Until(`$$(".entry").find((e) => e.innerText.includes("投诉"))?.querySelector(".reason.care")?.innerText === "情绪需要关照"`)
	s.Click(".list-tabs .ant-segmented-item:nth-child(2)")
	s.opens("身份证过期了怎么办")
	s.Until(`$(".marker.care")?.innerText.includes("请先关心本人")`)
	s.Read("请求到期关闭")
	s.tab.Shoot("distress")
}

// Anybody can link to the sign-in page.
func madeUpRefusal(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	for _, code := range []string{"__proto__", "constructor", "<b>x</b>"} {
		s := o.sight(chromium, o.http.URL, look{})
		s.tab.Visit(o.http.URL + "/desk?signin=" + url.QueryEscape(code))
		s.See(".signin-form")
		s.Until(`$(".signin [role=alert]")?.innerText.includes("没能登录")`)
	}
}

// Whoever signs in with the company's account comes back to a new page.
func companyPromisesNothing(t *testing.T, chromium *browsertest.Browser) {
	c := &clock{at: time.Now()}
	o := open(t, func(options *Options) { options.Now, options.Company = c.now, signOn(t, ssotest.Start(t), elsewhere) })
	o.hire("lin", staff.Agent)
	s := o.sight(chromium, o.http.URL, look{})
	t.Cleanup(func() { s.tab.Forgive("401") })
	s.Click(".signin-other summary")
	s.enter("lin", password)
	s.in()
	c.pass(30 * 24 * time.Hour)
	s.See(".signin")
	s.Read("没发出的内容不会保留")
	s.Until(`!document.body.innerText.includes("可以接着写")`)
	s.tab.Shoot("signin-expired-company")
}

func sessionEndsOffline(t *testing.T, chromium *browsertest.Browser) {
	c := &clock{at: time.Now()}
	o := open(t, func(options *Options) { options.Now = c.now })
	o.hire("lin", staff.Agent)
	o.talking("c1", "lin", "还在吗")
	line := browsertest.NewLine(t, o.http.URL)
	s := o.sight(chromium, line.URL(), look{})
	t.Cleanup(func() { s.tab.Forgive("net::ERR") })
	s.enter("lin", password)
	s.in()
	s.tab.Press("2")
	s.opens("还在吗")
	line.Cut()
	s.See(".banner")
	s.Fill("#composer", "写完了")
	s.tab.Press("\r")
	s.See(".message.pending")
	s.Fill("#composer", "又写了一半")
	c.pass(30 * 24 * time.Hour)
	line.Mend()
	s.enter("lin", password)
	s.in()
	s.Until(`$("#composer")?.value === "写完了\n又写了一半" && !$(".message.pending")`)
}

func draftOfAnother(t *testing.T, chromium *browsertest.Browser) {
	s, _ := expiring(t, chromium)
	s.enter("zhou", password)
	s.in()
	if text := s.Text("body"); strings.Contains(text, "还在吗") || s.Count("#composer") != 0 {
		t.Errorf("zhou sees what lin had open:\n%s", text)
	}
	s.Click(".topbar .me")
	s.Click(".menu button:last-child")
	s.See(".signin")
	s.enter("lin", password)
	s.in()
	s.tab.Press("2")
	s.opens("还在吗")
	if got := browsertest.Value[string](s.Place, `$("#composer").value`); got != "" {
		t.Errorf("after somebody else was there lin finds %q", got)
	}
}

func keysAct(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.engine.wait("c1", "general")
	o.engine.wait("c2", "general")
	s := o.at(chromium, "lin", look{})
	s.tab.Press("j")
	s.See(".log")
	s.tab.Press("j")
	s.Until(`$$(".entry")[1].ariaCurrent === "true"`)
	s.tab.Press("k")
	s.Until(`$$(".entry")[0].ariaCurrent === "true"`)
	s.tab.Press("c")
	s.Until(`$(".thread-head .actions") && document.activeElement.id === "composer"`)
	s.tab.Press("jce")
	s.Until(`$("#composer").value === "jce"`) // what is written is no key
	s.tab.Press(kb.Escape)
	s.Until(`document.activeElement.id !== "composer"`)
	for key, opened := range map[string]string{"t": "#transfer-note", "e": "#resolve-note", "?": ".keys"} {
		s.tab.Press(key)
		s.See(opened)
		s.tab.Press(kb.Escape)
		s.Gone(".ant-modal")
		s.JS(`document.activeElement.blur()`)
	}
	s.tab.Press("n")
	s.Until(`$(".composer.note") && document.activeElement.id === "composer"`)
	s.tab.Press(kb.Escape)
	s.tab.Press("/")
	s.Until(`document.activeElement.id === "knowledge-search"`)
	s.tab.Press(kb.Escape)
	s.tab.Press("1")
	s.Until(`$$(".entry").length === 1 && $(".list-tabs .ant-segmented-item-selected").innerText.startsWith("待接入")`)
}

func lineBreaks(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.talking("c1", "lin", "还在吗")
	line := browsertest.NewLine(t, o.http.URL)
	s := o.sight(chromium, line.URL(), look{})
	t.Cleanup(func() { s.tab.Forgive("net::ERR") })
	s.enter("lin", password)
	s.in()
	s.tab.Press("2")
	s.opens("还在吗")
	line.Cut()
	s.See(".banner")
	s.tab.Shoot("offline")
	s.Fill("#composer", "在的")
	s.tab.Press("\r")
	s.See(".message.pending")
	line.Mend()
	s.Gone(".banner")
	s.Until(`$$(".message.agent:not(.pending)").length === 1 && !$(".message.pending")`)
	o.engine.mu.Lock()
	defer o.engine.mu.Unlock()
	if len(o.engine.acts) != 1 || o.engine.acts[0].Text != "在的" {
		t.Errorf("done: %+v", o.engine.acts)
	}
}

func wordingInserted(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, func(options *Options) {
		options.Snippets = func(query, _ string) []Snippet {
			return []Snippet{{ID: "fix:repay.on_time", Title: "关于" + query, Text: "按时还款，可能有助于下一次评估。"}}
		}
	})
	o.hire("lin", staff.Agent)
	o.talking("c1", "lin", "还在吗")
	s := o.at(chromium, "lin", look{})
	s.tab.Press("2")
	s.opens("还在吗")
	s.Fill("#composer", "/请稍等")
	s.Until(`$$(".canned li").length === 2`) // one of the page's own, one of the knowledge
	s.tab.Press(kb.ArrowDown)
	s.tab.Press(kb.ArrowUp)
	s.tab.Press("\r")
	s.Until(`$("#composer").value.startsWith("我查一下，请稍等") && !$(".canned")`)
	s.Fill("#knowledge-search", "还款")
	s.ClickOn(".snippets button", "插入")
	s.Until(`document.activeElement.id === "composer" && $("#composer").value.endsWith("\n按时还款，可能有助于下一次评估。")`)
	if s.Count(".message.agent") != 0 {
		t.Error("it was sent before anybody wanted")
	}
	s.tab.Press("\r")
	s.Until(`$$(".message.agent:not(.pending)").at(-1)?.innerText.includes("按时还款")`)
}

func transferred(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.hire("zhou", staff.Agent)
	o.talking("c1", "lin", "还在吗")
	lin, zhou := o.at(chromium, "lin", look{}), o.at(chromium, "zhou", look{})
	if zhou.Count(".entry") != 0 {
		t.Error("zhou sees what is with lin")
	}
	lin.tab.Press("2")
	lin.opens("还在吗")
	lin.tab.Press("t")
	lin.ClickOn(".ant-modal .ant-segmented-item", "转给同事")
	lin.Click(".ant-modal .ant-select")
	lin.ClickOn(".ant-select-item-option", "林 zhou")
	lin.Fill("#transfer-note", "请看征信")
	lin.Click(".ant-modal .ant-btn-primary")
	zhou.tab.Press("2")
	zhou.opens("还在吗")
	zhou.Read("请看征信")
	zhou.See(".thread-head .actions")
	lin.Gone(".thread-head .actions")
	if o.owner("c1") != "zhou" {
		t.Errorf("%q has it", o.owner("c1"))
	}
	zhou.Fill("#composer", "我来接着看")
	zhou.tab.Press("\r")
	zhou.Until(`$$(".message.agent:not(.pending)").at(-1)?.innerText.includes("我来接着看")`)
}

func takenOver(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.hire("chen", staff.Lead)
	o.talking("c1", "lin", "还在吗")
	lin, chen := o.at(chromium, "lin", look{}), o.at(chromium, "chen", look{})
	lin.tab.Press("2")
	lin.opens("还在吗")
	lin.Fill("#composer", "我正要说")
	chen.tab.Press("3")
	chen.opens("还在吗")
	chen.ClickOn(".thread-head button", "接管")
	chen.Click(".ant-popconfirm .ant-btn-primary")
	chen.See(".thread-head .actions")
	lin.Read("林 chen 正在接待")
	if lin.Count(".thread-head .actions") != 0 || o.owner("c1") != "chen" {
		t.Errorf("%q has it, lin sees\n%s", o.owner("c1"), lin.Text(".thread"))
	}
}

func loadedAnew(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.hire("zhou", staff.Agent)
	o.talking("c1", "lin", "还在吗")
	s := o.at(chromium, "lin", look{})
	s.tab.Press("2")
	s.opens("还在吗")
	s.ClickOn(".topbar .ant-segmented-item", "离开")
	s.Read("你是「离开」状态")
	s.tab.Reload()
	s.Read("你是「离开」状态")
	s.Until(`location.search === "?conversation=c1" && $(".thread-head .actions") && $(".log") && $(".entry[aria-current]")`)
	s.Fill("#composer", "我在")
	s.tab.Press("\r")
	s.Until(`$$(".message.agent:not(.pending)").at(-1)?.innerText.includes("我在")`) // so that the server has heard all that came before
	if at := o.presence.seat("lin").Status; at != StatusAway {
		t.Errorf("lin is %s after the page was loaded anew", at)
	}
	s.Click(".topbar .me")
	s.ClickOn(".menu button", "退出登录")
	s.enter("zhou", password)
	s.in()
	s.Until(`location.search === "" && !$(".banner") && $$(".entry").length === 0`)
}

func accountsKept(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("root", staff.Admin)
	o.hire("lin", staff.Agent)
	s := o.at(chromium, "root", look{})
	t.Cleanup(func() { s.tab.Forgive("/v1/desk/accounts") })
	for key, text := range map[string]string{"user": "lin", "name": "周宁", "password": "short"} {
		s.Fill("#new-"+key, text)
	}
	s.Click(".form button[type=submit]")
	s.Until(`$("#new-password-rule.field-error")?.innerText.includes("至少 12 个字符") && $("#new-password").getAttribute("aria-invalid") === "true"`)
	s.Fill("#new-password", " but long enough 9")
	s.Click(".form button[type=submit]")
	s.Until(`$("#new-user-rule.field-error")?.innerText.includes("已经有人用了")`)
	s.Fill("#new-user", "-2")
	s.Click(".form button[type=submit]")
	s.Until(`$$(".accounts tbody tr").length === 3 && $("#new-user").value === ""`)
	disabled := func() bool {
		account, err := o.vault.Account(t.Context(), "lin")
		if err != nil {
			t.Fatal(err)
		}
		return account.Disabled
	}
	row := `tr:has([aria-label$="lin"]) td:last-child button`
	s.Click(row)
	s.Until(`$(".ant-popconfirm")?.innerText.includes("会立刻结束")`)
	if disabled() {
		t.Error("disabled before the question is answered")
	}
	s.Click(".ant-popconfirm .ant-btn-primary")
	s.Until(`$("tr.off")?.innerText.includes("lin")`)
	if !disabled() {
		t.Error("not disabled")
	}
}

func handsChange(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.hire("chen", staff.Lead)
	o.talking("c1", "lin", "还在吗")
	o.talking("c2", "lin", "另一位")
	lin, chen := o.at(chromium, "lin", look{}), o.at(chromium, "chen", look{})
	lin.tab.Press("2")
	lin.opens("另一位")
	chen.tab.Press("3")
	chen.opens("还在吗")
	chen.ClickOn(".thread-head button", "接管")
	chen.Click(".ant-popconfirm .ant-btn-primary")
	chen.See(".thread-head .actions")
	lin.Read("林 chen 接手了你的一个对话")
	chen.tab.Press("1")
	chen.Until(`$$(".entry").length === 0`)
	chen.tab.Press("t")
	chen.ClickOn(".ant-modal .ant-segmented-item", "转给同事")
	chen.Click(".ant-modal .ant-select")
	chen.ClickOn(".ant-select-item-option", "林 lin")
	chen.Click(".ant-modal .ant-btn-primary")
	lin.Read("有一个对话转给了你")
	lin.tab.Shoot("given")
	lin.Until(`$$(".entry").find((e) => e.innerText.includes("还在吗"))?.querySelector(".unread")?.innerText === "1"`)
	if words := chen.Text("body"); strings.Contains(words, "接手了你的") || strings.Contains(words, "转给了你") {
		t.Errorf("who did it is told, too:\n%s", words)
	}
}

func revealed(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.hire("wang", staff.Compliance)
	o.talking("c1", "lin", "还在吗")
	o.talking("c2", "lin", "你好")
	s := o.at(chromium, "lin", look{})
	s.tab.Press("2")
	s.opens("还在吗")
	const whole = "user-of-c1"
	if text := s.Text("body"); strings.Contains(text, whole) {
		t.Error("it is shown before anybody asks")
	}
	s.Click(".person button")
	s.Fill("#reveal-reason", "看")
	s.tab.Press("\r")
	s.See(".dialog-error")
	s.Fill("#reveal-reason", "一下账号")
	s.tab.Press("\r")
	s.Until(`$(".account:not(.masked)")?.innerText === "` + whole + `"`)
	s.Gone(".ant-modal")
	records, err := o.vault.Records(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(records, func(r staff.Record) bool {
		return r.Did == "reveal" && r.Who == "lin" && r.Conversation == "c1" && r.Reason == "看一下账号"
	}) {
		t.Errorf("records: %+v", records)
	}
	s.opens("你好")
	s.opens("还在吗")
	s.Until(`$(".account.masked")`)
	wang := o.at(chromium, "wang", look{})
	wang.Click(".topbar .ant-segmented-item:nth-child(2)")
	wang.Read("看一下账号")
}

func localeChanges(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, func(options *Options) { options.Products = productNames })
	o.hire("lin", staff.Agent)
	o.talking("c1", "lin", "<b>人工</b>")
	s := o.at(chromium, "lin", look{})
	s.tab.Press("2")
	s.opens("<b>人工</b>")
	s.Until(`$(".entry-meta").innerText.startsWith("综合咨询 · 借呗")`)
	s.Click(".topbar .me")
	s.ClickOn(".menu button", "English")
	english := `document.documentElement.lang === "en" && $(".entry-meta")?.innerText.startsWith("General · Jiebei") && document.title.includes("desk")`
	s.Until(english)
	s.tab.Reload()
	s.Until(english)
}

func notificationsWait(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	s := o.sight(chromium, o.http.URL, look{})
	s.tab.Beforehand(`window.asked = []; Notification.requestPermission = async () => { asked.push(navigator.userActivation.isActive); return "granted"; }`)
	s.tab.Reload()
	s.See(".signin")
	s.enter("lin", password)
	s.in()
	o.engine.wait("c1", "general")
	s.opens("<b>人工</b>")
	o.engine.put(bot.Entry{Conversation: "c2", Owner: bot.Identity{Tenant: tenant, User: "u"}, Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "general", Epoch: 1, Since: time.Now()}, Last: "还有我"})
	s.Read("还有我")
	if n := s.Number("asked.length"); n != 0 {
		t.Errorf("asked %v times before a click", n)
	}
	s.Click(".topbar .me")
	s.ClickOn(".menu button", "桌面通知")
	s.Until(`asked.length === 1 && asked[0]`)
	s.Read("桌面通知已开")
}
