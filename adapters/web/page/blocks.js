// Draws blocks. Every string ends in a text node; nothing is ever parsed as
// markup.

/** Makes an element with a class and children (strings become text). */
export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** A button that does something. */
export function button(className, label, onClick) {
  const node = el("button", className, label);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

/**
 * Draws the blocks of one message. Types that are not known are left out:
 * later servers may send more kinds.
 * @param {object[]} blocks
 * @param {{words: object, onChoice: (choice: object) => void}} context
 */
export function drawBlocks(blocks, context) {
  const draw = { text, notice, facts, steps, choices, link };
  return arrange(blocks.filter((block) => Object.hasOwn(draw, block.type)))
    .map(({ block, ...how }) => draw[block.type](block, { ...context, ...how }));
}

// Steps that are folded take the words about their reason along: its name is
// in the list of reasons already.
function arrange(blocks) {
  const fold = toFold(blocks);
  const placed = [];
  for (const block of blocks) {
    const before = placed.at(-1)?.block;
    const folded = fold.has(block);
    const taken = folded && block.type === "steps" && before?.type === "text" && String(before.source).startsWith("cause:");
    if (taken) placed.pop();
    placed.push({ block, folded, before: taken ? before.text : "" });
  }
  return placed;
}

/** How many lines steps may have, and one fact, before a card counts as long. */
const SHORT_STEPS = 4;
const SHORT_FACT = 2;

// A message should fit a phone: of its cards the first with steps is open, and
// the long ones beside it show their title and a line. A list of short facts,
// such as the reasons found, is never long.
function toFold(blocks) {
  const cards = blocks.filter((block) => (block.type === "facts" || block.type === "steps") && !block.at);
  const open = cards.find((block) => block.type === "steps") || cards[0];
  return new Set(cards.filter((block) => block !== open && isLong(block)));
}

function isLong(block) {
  const items = (block.items || []).map((item) => lines(item.text));
  if (block.type === "facts") return items.some((n) => n > SHORT_FACT);
  return items.reduce((sum, n) => sum + n, lines(block.text || "")) > SHORT_STEPS;
}

// A guess that need not be exact: a phone shows about 18 Chinese characters a
// line, or twice as many others.
function lines(text) {
  const width = [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 1 : 0.5), 0);
  return Math.ceil(width / 18);
}

function text(block) {
  return el("p", "bubble", block.text || "");
}

function notice(block, { words }) {
  const level = ["info", "warning", "care"].includes(block.level) ? block.level : "info";
  const incident = String(block.source || "").startsWith("incident:");
  return el("div", `card notice ${level}${incident ? " incident" : ""}`,
    el("strong", "notice-level", block.title || (incident ? words.incident : words.levels[level])),
    el("p", "", block.text || ""));
}

function facts(block, context) {
  const list = el("dl", "facts");
  for (const item of block.items || []) {
    list.append(el("div", "fact", el("dt", "", item.label || ""), el("dd", "", item.text)));
  }
  const gist = (block.items || []).map((item) => item.label).filter(Boolean).join(context.words.comma);
  return card(block, context, gist, lead(block), list);
}

function steps(block, context) {
  if (block.at && block.of) return stepCard(block, context);
  const { words } = context;
  const list = el("ol", "steps");
  for (const item of block.items || []) list.append(el("li", "step", stepText(item, block.export ? words.why : words.how)));
  const gist = words.steps((block.items || []).length) + (block.items?.[0]?.text || "");
  return card(block, context, gist, list, tail(block), exporting(block, words));
}

/** A step one can unfold where there is more to say. */
function stepText(item, more) {
  const words = el("span", "step-text", item.text);
  if (!item.how) return words;
  return el("details", "how", el("summary", "", words, "\u2002", el("span", "how-word", more)), el("p", "", item.how));
}

/** The one step of a flow that is to be done now, and how far one has come. */
function stepCard(block, { words }) {
  const bar = el("progress", "step-bar");
  bar.max = Math.max(block.of, block.at);
  bar.value = block.at;
  bar.setAttribute("aria-hidden", "true"); // the words below say the same
  const section = el("section", "card step-card", bar,
    el("div", "step-head", title(block), el("p", "step-count", words.stepOf(block.at, bar.max))));
  for (const item of block.items || []) {
    section.append(el("p", "step-now", item.text));
    if (item.how) section.append(el("details", "how", el("summary", "", el("span", "how-word", words.how)), el("p", "", item.how)));
  }
  section.append(...[tail(block), exporting(block, words)].filter(Boolean));
  return section;
}

/** A card with its title, folded to title and gist where it is long. */
function card(block, { words, folded, before }, gist, ...children) {
  if (!folded) return el("section", "card", title(block), ...children);
  return el("details", "card fold",
    el("summary", "", el("h3", "card-title", block.title || words.details), el("span", "gist", gist)),
    before ? el("p", "card-lead", before) : null, ...children);
}

function exporting(block, words) {
  return block.export ? button("save", words.save, () => download(block.export, words.planFile)) : null;
}

function download(content, name) {
  const url = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  const anchor = el("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000); // some browsers read it only after asking where to put it
}

/** How many quick replies are shown before the rest hides behind "more". */
const CHOICES_SHOWN = 6;

function choices(block, { words, onChoice }) {
  const group = el("div", "choices");
  for (const choice of block.choices || []) {
    const tap = button("choice", choice.label, () => onChoice(choice));
    tap.dataset.choice = choice.id;
    group.append(tap);
  }
  hideMany(group, words);
  return block.text ? el("div", "", el("p", "bubble", block.text), group) : group;
}

// The ways to end or to reach a human stay in sight.
function hideMany(group, words) {
  const all = [...group.children];
  if (all.length <= CHOICES_SHOWN + 1) return; // a "more" for a single one saves nothing
  const standing = new Set(["resolved", "not_resolved", "agent"]);
  const topics = all.filter((tap) => !standing.has(tap.dataset.choice));
  const room = Math.max(1, CHOICES_SHOWN - (all.length - topics.length));
  const hidden = topics.slice(room);
  if (hidden.length === 0) return;
  const more = button("choice more", words.more, () => {
    hidden.forEach((tap) => { tap.hidden = false; });
    hidden[0].focus();
    more.remove();
  });
  hidden.forEach((tap) => { tap.hidden = true; });
  topics[room - 1].after(more);
}

function link(block) {
  const url = safeURL(block.url);
  if (!url) return el("p", "bubble", block.text || "");
  const anchor = el("a", "card link", el("span", "", block.text || url), el("span", "link-arrow", "↗"));
  anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  anchor.lastChild.setAttribute("aria-hidden", "true");
  return anchor;
}

function lead(block) {
  return block.text ? el("p", "card-lead", block.text) : null;
}

/** What to know once the steps are done. */
function tail(block) {
  return block.text ? el("p", "card-tail", block.text) : null;
}

function title(block) {
  return block.title ? el("h3", "card-title", block.title) : null;
}

/** Only web addresses become links. */
function safeURL(url) {
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : "";
  } catch {
    return "";
  }
}
