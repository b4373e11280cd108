// Draws blocks. Every string ends in a text node; nothing is ever parsed as
// markup.

/** Makes an element with a class and children (strings become text). */
export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/**
 * Draws one block, or nothing when the type is not known: later servers may
 * send more kinds.
 * @param {object} block
 * @param {{words: object, onChoice: (choice: object) => void}} context
 */
export function drawBlock(block, context) {
  const draw = { text, notice, facts, steps, choices, link }[block.type];
  return draw ? draw(block, context) : null;
}

function text(block) {
  return el("p", "bubble", block.text || "");
}

function notice(block, { words }) {
  const level = ["info", "warning", "care"].includes(block.level) ? block.level : "info";
  return el("div", `card notice ${level}`,
    el("strong", "notice-level", block.title || words.levels[level]),
    el("p", "", block.text || ""));
}

function facts(block) {
  const list = el("dl", "facts");
  for (const item of block.items || []) {
    list.append(el("div", "fact", el("dt", "", item.label || ""), el("dd", "", item.text)));
  }
  return el("section", "card", title(block), lead(block), list);
}

function steps(block, { words }) {
  const list = el("ol", "steps");
  for (const item of block.items || []) {
    const step = el("li", "step", el("p", "step-text", item.text));
    if (item.how) {
      step.append(el("details", "how", el("summary", "", words.how, el("span", "hidden", ` · ${item.text}`)), el("p", "", item.how)));
    }
    list.append(step);
  }
  return el("section", "card", title(block), list, tail(block));
}

function choices(block, { onChoice }) {
  const group = el("div", "choices");
  for (const choice of block.choices || []) {
    const button = el("button", "choice", choice.label);
    button.type = "button";
    button.dataset.choice = choice.id;
    button.addEventListener("click", () => onChoice(choice));
    group.append(button);
  }
  return block.text ? el("div", "", el("p", "bubble", block.text), group) : group;
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
