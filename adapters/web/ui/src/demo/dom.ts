// Making elements. Text reaches the page as text only.

type Child = Node | string | null | false;

/** An element with a class, or none for "", and what is in it. */
export function el<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  if (name) node.className = name;
  for (const child of children) if (child) node.append(child);
  return node;
}

/** Puts children where others were. */
export function fill(node: Element, ...children: Child[]) {
  node.textContent = "";
  for (const child of children) if (child) node.append(child);
}

/** What is only said to those who listen. */
export const spoken = (text: string) => el("span", "spoken", text);

/** What is only there to be looked at. */
export function shown(name: string, text = "") {
  const node = el("span", name, text);
  node.setAttribute("aria-hidden", "true");
  return node;
}

export function button(name: string, onTap: () => void, ...children: Child[]) {
  const node = el("button", name, ...children);
  node.type = "button";
  node.addEventListener("click", onTap);
  return node;
}

export function link(name: string, href: string, ...children: Child[]) {
  const node = el("a", name, ...children);
  node.href = href;
  return node;
}

/** The element of the page with this id; it must be there. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node as Kind;
}
