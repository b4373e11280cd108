// The choice of a demo user: beside the chat on wide windows, a dialog on
// narrow ones.

import { button, el } from "./blocks.js";
import { words } from "./words.js";

/** The id of nobody in particular. */
export const ANONYMOUS = "";

const $ = (id) => document.getElementById(id);
const wide = matchMedia("(min-width: 960px)");

/** Whether there is room for the picker beside the chat. */
export const isWide = () => wide.matches;

export function wirePicker() {
  layPicker();
  wide.addEventListener("change", layPicker);
  $("who").addEventListener("click", openPicker);
  $("picker-close").addEventListener("click", closePicker);
  $("picker").addEventListener("click", (event) => { if (event.target === $("picker")) closePicker(); });
}

function layPicker() {
  const picker = $("picker");
  if (picker.open) picker.close();
  if (wide.matches) picker.setAttribute("open", "");
}

function openPicker() {
  if (wide.matches) $("users").querySelector("[aria-pressed=true]")?.focus();
  else $("picker").showModal();
}

export function closePicker() {
  if (!wide.matches) $("picker").close();
}

/**
 * @param {object[]} users empty outside demo mode
 * @param {{locale: string, user: string}} state
 * @param {(user: string) => void} onPick
 */
export function drawUsers(users, state, onPick) {
  const w = words(state.locale);
  const anonymous = { id: ANONYMOUS, name: { [state.locale]: w.anonymousName }, situation: { [state.locale]: w.anonymousSituation } };
  const all = users.length ? [...users, anonymous] : [];
  document.body.classList.toggle("no-picker", all.length === 0);
  $("users").replaceChildren(...all.map((user) => el("li", "", userButton(user, state, onPick))));
  const current = all.find((user) => user.id === state.user);
  $("who-name").textContent = current ? headline(current, state.locale)[0] : "";
}

/** The two lines of a user. One without a name of its own leads with its situation. */
function headline(user, locale) {
  const lines = [user.name[locale], user.situation[locale]];
  return lines[0] === user.id ? lines.reverse() : lines;
}

function userButton(user, state, onPick) {
  const [first, second] = headline(user, state.locale);
  const tap = button("user-card", el("span", "user-name", first), () => onPick(user.id));
  tap.append(el("span", "user-situation", second));
  tap.dataset.user = user.id;
  tap.setAttribute("aria-pressed", String(user.id === state.user));
  return tap;
}
