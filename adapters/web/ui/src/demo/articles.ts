// The list of articles, and one article to read.

import type { Article, Fix, Group, Help } from "./data.ts";
import { button, el, link, shown } from "./dom.ts";
import type { Words } from "./words.ts";

const address = (article: Article) => `#${encodeURIComponent(article.id)}`;

/** The articles by category. */
export function groupCards(help: Help) {
  return help.groups.filter((group) => group.articles.length > 0).map(groupCard);
}

function groupCard(group: Group) {
  const title = el("h3", "group-title", shown("tile", [...group.title][0] ?? ""), group.title);
  return el("section", "group", title, articleList(group.articles));
}

function articleList(articles: Article[]) {
  return el("ul", "article-links", ...articles.map((article) => el("li", "", articleLink(article))));
}

function articleLink(article: Article) {
  const to = link("article-link", address(article), article.title, shown("chevron"));
  to.dataset.article = article.id;
  return to;
}

/** One article, with what helps and the way to the helper. */
export function reading(article: Article, group: Group, w: Words, ask: (question: string) => void) {
  const title = el("h1", "reading-title", article.title);
  title.tabIndex = -1;
  const others = group.articles.filter((other) => other.id !== article.id);
  return [
    el("article", "reading-card",
      el("p", "reading-group", group.title), title,
      ...article.paragraphs.map((text) => el("p", "paragraph", text)),
      article.fixes.length > 0 && el("h2", "reading-head", w.whatToDo),
      ...article.fixes.map(fixBox),
      unsolved(article, w, ask)),
    others.length > 0 && el("aside", "related", el("h2", "reading-head", w.more), articleList(others)),
  ].filter((part) => part !== false);
}

function fixBox(fix: Fix) {
  return el("section", "fix", el("h3", "fix-title", fix.title), el("ol", "fix-steps", ...fix.steps.map((step) => el("li", "", step))));
}

function unsolved(article: Article, w: Words, ask: (question: string) => void) {
  const words = el("div", "unsolved-text", el("p", "unsolved-title", w.unsolved), el("p", "unsolved-lead", w.unsolvedLead));
  return el("div", "unsolved", words, button("primary ask-article", () => ask(article.question), w.askHelper));
}
