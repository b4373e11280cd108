package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
)

// chooseFiles has the file chooser return a picture, a paper and a page.
const chooseFiles = `
	const canvas = new OffscreenCanvas(300, 200), pen = canvas.getContext("2d");
	pen.fillStyle = "#0b5fd8";
	pen.fillRect(20, 20, 260, 160);
	const data = new DataTransfer();
	data.items.add(new File([await canvas.convertToBlob()], "<img src=x onerror=alert(1)>.png", { type: "image/png" }));
	data.items.add(new File(["%PDF-1.4\nincome of Lin Xiao\n%%EOF\n"], "收入证明.pdf", { type: "application/pdf" }));
	data.items.add(new File(["<script>alert(1)</script>"], "page.pdf", { type: "application/pdf" }));
	const input = $$(".attach input").at(-1);
	input.files = data.files;
	input.dispatchEvent(new Event("change"));`

// Somebody who was refused fills the form in, attaches documents in the widget
// and sends it all off; an agent sees what came, looks at the picture and saves
// the paper.
func widgetAppeals(t *testing.T, chromium *browsertest.Browser) {
	address := startApp(t, nil)
	tab := widgetTab(t, chromium, address, "demo-rejected")
	tab.Phone(390)
	tab.Write("为什么我的借呗开通不了？")
	answered(tab, 1)
	if tab.Count(`.choice.more`) == 1 {
		tab.Click(`.choice.more`)
	}
	tab.Click(`.choice[data-choice="intent:appeal"]`)
	answered(tab, 2)
	tab.Write("那笔账单去年就还清了")
	answered(tab, 3)
	tab.See(".attach")
	tab.Shoot("real-appeal-form")
	tab.JS(chooseFiles)
	tab.Until(`$$(".form").at(-1).querySelectorAll(".file:not([data-state])").length === 2`)
	tab.Until(`$$(".form").at(-1).querySelector(".file[data-state=failed]")?.innerText.includes("只能上传完整的")`)
	tab.Shoot("real-appeal-documents")
	tab.Forgive("422")
	tab.Click(`.message:last-child .choice[data-choice="appeal.next"]`)
	tab.Click(`.choice[data-choice="appeal.submit"]`)
	tab.Until(`$("#thread").innerText.includes("机构已经收到你的申诉，编号 A-")`)
	tab.Shoot("real-appeal-sent")
	thread := tab.Text("#thread")
	_, rest, _ := strings.Cut(thread, "申诉提交好了，编号 ")
	reference, _, found := strings.Cut(rest, "，")
	if !found || tab.Count(".attach") != 0 {
		t.Errorf("%d places to attach more; the end:\n%s", tab.Count(".attach"), thread)
	}
	deskShowsDocuments(t, chromium, address, reference)
}

func deskShowsDocuments(t *testing.T, chromium *browsertest.Browser, address, reference string) {
	t.Helper()
	tab := chromium.Blank(t)
	tab.Window(1440, 1000, 1)
	tab.Visit(address + "/desk")
	desk := tab.Document()
	const button = `[...document.querySelectorAll("button")].find((e) => e.checkVisibility() && e.innerText.includes(%q))`
	press := func(words string) {
		t.Helper()
		desk.Until(fmt.Sprintf(button, words))
		desk.JS(fmt.Sprintf(button+".click()", words))
	}
	press("林晓")
	desk.See("section.lists, .lists, aside")
	press("申诉")
	desk.See(".appeal .documents")
	if got := desk.Text(".appeal"); !strings.Contains(got, reference) || !strings.Contains(got, "<img src=x onerror=alert(1)>.png") || !strings.Contains(got, "收入证明.pdf") ||
		!strings.Contains(got, "已同意") || !strings.Contains(got, "那笔账单去年就还清了") || !strings.Contains(got, "机构已收到") {
		t.Errorf("the appeal %s at the desk:\n%s", reference, got)
	}
	if n := desk.Count(`img[src="x"]`); n != 0 {
		t.Error("the name of a document became markup")
	}
	press("查看")
	desk.Until(`(({ complete, naturalWidth }) => complete && naturalWidth === 300)(document.querySelector("img.document"))`)
	tab.Shoot("real-appeal-desk")
	dir, saved := tab.Downloads()
	desk.JS(`$$(".download").at(-1).scrollIntoView()`)
	desk.Click(".documents li:last-child .download")
	saved()
	got, err := os.ReadFile(filepath.Join(dir, "收入证明.pdf"))
	if err != nil || string(got) != string(paper("income of Lin Xiao")) {
		t.Errorf("saved %q, %v", got, err)
	}
	for _, violation := range desk.Axe() {
		t.Errorf("the desk: %v", violation)
	}
	tab.Forgive("401")
}
