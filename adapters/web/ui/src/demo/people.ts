// The choice of who to be: some people in the page, all of them in a dialog.

import type { Locale } from "../protocol.ts";
import type { DemoUser } from "./data.ts";
import { button, byId, el, fill, shown, spoken } from "./dom.ts";
import { ANONYMOUS } from "./memory.ts";
import { FEATURED, whatToTry } from "./tries.ts";
import { words } from "./words.ts";

/** Somebody one can be, in words of one language. */
interface Person {
  id: string;
  title: string;
  hint: string;
}

export interface PeopleState {
  locale: Locale;
  user: string;
  users: DemoUser[];
}

export class People {
  private readonly dialog = byId<HTMLDialogElement>("everybody");
  private readonly onPick: (user: string) => void;

  constructor(onPick: (user: string) => void) {
    this.onPick = onPick;
    byId("everybody-close").addEventListener("click", () => this.dialog.close());
    byId("who").addEventListener("click", () => this.openDialog());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  draw(state: PeopleState) {
    const everybody = persons(state);
    const chosen = everybody.find((person) => person.id === state.user);
    const first = everybody.filter((person) => person.id === ANONYMOUS || FEATURED.includes(person.id));
    byId("who-name").textContent = chosen?.title ?? "";
    fill(byId("people"), ...this.cards(first, state), this.allCard(everybody.length, state));
    fill(byId("everybody-list"), ...this.cards(everybody, state));
  }

  private openDialog() {
    this.dialog.showModal();
    this.dialog.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
  }

  private cards(people: Person[], state: PeopleState) {
    return people.map((person) => el("li", "", this.card(person, state)));
  }

  private card(person: Person, state: PeopleState) {
    const current = person.id === state.user;
    const tap = button("person", () => this.pick(person.id), el("span", "person-title", person.title), el("span", "person-try", person.hint));
    tap.dataset.user = person.id;
    tap.setAttribute("aria-pressed", String(current));
    if (current) tap.append(shown("tick"), spoken(words(state.locale).current));
    return tap;
  }

  private allCard(count: number, { locale }: PeopleState) {
    const tap = button("person everybody-open", () => this.openDialog(), words(locale).allPeople(count));
    tap.setAttribute("aria-haspopup", "dialog");
    return el("li", "", tap);
  }

  private pick(user: string) {
    const again = this.dialog.open ? byId("who") : null;
    this.dialog.close();
    this.onPick(user);
    (again ?? byId("people").querySelector<HTMLElement>("[aria-pressed=true]"))?.focus();
  }
}

/** Everybody one can be, the telling ones first. */
function persons({ locale, users }: PeopleState): Person[] {
  const w = words(locale);
  const rank = (user: DemoUser) => (FEATURED.indexOf(user.id) + FEATURED.length + 1) % (FEATURED.length + 1);
  const told = [...users].sort((a, b) => rank(a) - rank(b)).map((user) => ({
    id: user.id,
    title: user.situation[locale] || user.name[locale] || user.id,
    hint: whatToTry(user.id, locale) ?? w.anyTry,
  }));
  return [...told, { id: ANONYMOUS, title: w.anonymous, hint: w.anonymousTry }];
}
