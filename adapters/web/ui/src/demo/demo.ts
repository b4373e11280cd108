// The demo help centre: what an app around the widget looks like, and a choice
// of who to be. Everything it shows comes from the served pack.

import type { Locale } from "../protocol.ts";
import { groupCards, reading } from "./articles.ts";
import { Assistant } from "./assistant.ts";
import { fetchHelp, fetchUsers, findArticle, type DemoUser, type Help } from "./data.ts";
import { button, byId, el, fill } from "./dom.ts";
import { preferredLocale, rememberedUser, rememberLocale, rememberUser } from "./memory.ts";
import { People } from "./people.ts";
import { FEATURED } from "./tries.ts";
import { words, type PlainWord } from "./words.ts";

const MOST_ASKED = 3;

type Load = "loading" | "failed" | "done";

class HelpCentre {
  private locale = preferredLocale();
  private user = rememberedUser() ?? FEATURED[0] ?? "";
  private users: DemoUser[] = [];
  private help: Help | null = null;
  private load: Load = "loading";
  private usersFailed = false;
  private cameFrom = { article: "", scroll: 0 };
  private readonly assistant = new Assistant(() => this.sayMissing());
  private readonly people = new People((user) => this.choose(user));

  start() {
    byId("ask").addEventListener("submit", (event) => this.onAsk(event));
    byId("lang").addEventListener("click", () => this.speak(this.locale === "en" ? "zh-CN" : "en"));
    byId("back").addEventListener("click", () => this.goHome());
    byId("users-retry").addEventListener("click", () => this.loadUsers());
    byId("groups").addEventListener("click", (event) => this.onArticleLink(event));
    addEventListener("hashchange", () => this.route(true)); // comes of going back, too
    this.assistant.speak(this.locale);
    this.assistant.be(this.user);
    this.draw();
    this.loadUsers();
    this.loadHelp();
  }

  private speak(locale: Locale) {
    this.locale = locale;
    rememberLocale(locale);
    this.assistant.speak(locale);
    this.draw();
    this.loadHelp();
  }

  private choose(user: string) {
    this.user = user;
    rememberUser(user);
    this.assistant.be(user);
    this.drawPeople();
  }

  private onAsk(event: Event) {
    event.preventDefault();
    const box = byId<HTMLInputElement>("question");
    this.assistant.ask(box.value.trim());
    box.value = "";
  }

  private onArticleLink(event: Event) {
    const id = (event.target as Element).closest<HTMLElement>("[data-article]")?.dataset.article;
    if (id) this.cameFrom = { article: id, scroll: scrollY };
  }

  private sayMissing() {
    byId("no-widget").hidden = false;
    byId("no-widget-link").focus();
  }

  private async loadUsers() {
    try {
      this.users = await fetchUsers();
      this.usersFailed = false;
      this.forgetUnknown();
    } catch {
      this.usersFailed = true;
    }
    this.drawPeople();
  }

  /** Who was remembered, or is shown first, may not be there any more. */
  private forgetUnknown() {
    if (this.user && !this.users.some((user) => user.id === this.user)) this.choose("");
  }

  private async loadHelp() {
    const locale = this.locale;
    this.load = "loading";
    if (!this.help) this.drawHelp();
    const help = await fetchHelp(locale).catch(() => null);
    if (locale !== this.locale) return; // another language was chosen meanwhile
    this.help = help;
    this.load = help ? "done" : "failed";
    this.drawHelp();
  }

  // Drawing

  private draw() {
    const w = words(this.locale);
    document.documentElement.lang = this.locale;
    for (const node of document.querySelectorAll<HTMLElement>("[data-word]")) node.textContent = w[node.dataset.word as PlainWord];
    for (const node of document.querySelectorAll<HTMLElement>("[data-label]")) node.setAttribute("aria-label", w[node.dataset.label as PlainWord]);
    byId<HTMLInputElement>("question").placeholder = w.searchHint;
    byId("lang").lang = this.locale === "en" ? "zh-CN" : "en";
    fill(byId("how-steps"), ...w.how.map(({ title, text }) => el("li", "how-step", el("h3", "how-title", title), el("p", "how-text", text))));
    this.drawPeople();
    this.drawHelp();
  }

  private drawPeople() {
    this.people.draw({ locale: this.locale, user: this.user, users: this.users });
    byId("users-failed").hidden = !this.usersFailed;
    this.drawNext();
  }

  private drawHelp() {
    byId("brand").textContent = this.help?.product ?? "";
    fill(byId("asks"), ...this.questions().map((question) => el("li", "", this.chip(question))));
    fill(byId("groups"), ...(this.help ? groupCards(this.help) : [this.insteadOfArticles()]));
    this.drawNext();
    this.route(false);
  }

  /** What to do once somebody was chosen: ask, as that person. */
  private drawNext() {
    const [question] = this.questions();
    const ask = question && button("primary", () => this.assistant.ask(question), words(this.locale).thenAsk, el("span", "", question));
    fill(byId("next"), ...(ask ? [ask] : []));
  }

  private questions = () => this.help?.ask.slice(0, MOST_ASKED) ?? [];

  private chip = (question: string) => button("chip", () => this.assistant.ask(question), question);

  private insteadOfArticles() {
    const w = words(this.locale);
    if (this.load === "loading") return el("p", "waiting", w.articlesLoading);
    return el("div", "trouble", el("p", "", w.articlesFailed), button("plain", () => this.loadHelp(), w.retry));
  }

  // Finding the way

  private goHome() {
    history.pushState(null, "", location.pathname + location.search);
    this.route(true);
  }

  /** Shows what the address names. After a step of the person the focus follows. */
  private route(moved: boolean) {
    const id = decode(location.hash.slice(1));
    const found = id && this.help ? findArticle(this.help, id) : null;
    byId("gone").hidden = !id || !this.help || found !== null;
    byId("home").hidden = found !== null;
    byId("reading").hidden = found === null;
    const w = words(this.locale);
    const centre = [this.help?.product, w.centre].filter(Boolean).join(this.locale === "en" ? " " : "");
    document.title = found ? `${found.article.title} · ${centre}` : centre;
    if (!found) {
      if (moved) this.returnHome();
      return;
    }
    fill(byId("reading-body"), ...reading(found.article, found.group, w, (question) => this.assistant.ask(question)));
    if (moved) this.beginReading();
  }

  private beginReading() {
    scrollTo(0, 0);
    byId("reading-body").querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  private returnHome() {
    const { article, scroll } = this.cameFrom;
    this.cameFrom = { article: "", scroll: 0 };
    scrollTo(0, scroll);
    const from = article && byId("groups").querySelector<HTMLElement>(`[data-article="${CSS.escape(article)}"]`);
    (from || byId("home-title")).focus({ preventScroll: true });
  }
}

/** The text of a fragment, as it is when it was not encoded well. */
function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

new HelpCentre().start();
