// Where one is on the page: all of it is in the address, so that a link shows
// somebody else the same.

export const VIEWS = ["overview", "causes", "paths", "fixes", "unanswered", "handoffs"] as const;
export type View = (typeof VIEWS)[number];

export const FILTERS = ["product", "locale", "cause", "channel", "version"] as const;
export type FilterName = (typeof FILTERS)[number];

export interface Period {
  from: string; // both days are in it
  to: string;
}

/** Which conversations are open in the drawer: those of a figure, or those of a key. */
export interface Behind {
  figure?: string;
  kind?: string;
  key?: string;
  bit?: string;
}

export interface Place {
  view: View;
  days: number; // up to today; 0: from and to say
  from: string;
  to: string;
  compare: boolean;
  filters: Record<FilterName, string>;
  lines: string[]; // figures in the trend
  flow: string;
  tables: string[]; // charts shown as tables
  behind: Behind | null;
}

const DAYS = [7, 30, 90];
const DEFAULT_DAYS = 30;

export function placeOf(search: string): Place {
  const q = new URLSearchParams(search);
  const of = (name: string): string => q.get(name) ?? "";
  const list = (name: string): string[] => of(name).split(",").filter(Boolean);
  const fixed = isDay(of("from")) && isDay(of("to")) && of("from") <= of("to");
  const days = Number(of("days"));
  const view = VIEWS.find((one) => one === of("view")) ?? "overview";
  const behind = of("kind") ? { kind: of("kind"), key: of("key"), bit: of("bit") } : of("figure") ? { figure: of("figure") } : null;
  return {
    view, days: fixed ? 0 : DAYS.includes(days) ? days : DEFAULT_DAYS, from: fixed ? of("from") : "", to: fixed ? of("to") : "", compare: of("compare") !== "no",
    filters: { product: of("product"), locale: of("locale"), cause: of("cause"), channel: of("channel"), version: of("version") },
    lines: list("lines"), flow: of("flow"), tables: list("tables"), behind,
  };
}

/** The address of a place. What is as usual is left out. */
export function addressOf(place: Place): string {
  const q = new URLSearchParams();
  const put = (name: string, value: string): void => {
    if (value) q.set(name, value);
  };
  put("view", place.view === "overview" ? "" : place.view);
  put("days", place.days && place.days !== DEFAULT_DAYS ? String(place.days) : "");
  put("from", place.days ? "" : place.from);
  put("to", place.days ? "" : place.to);
  put("compare", place.compare ? "" : "no");
  for (const name of FILTERS) put(name, place.filters[name]);
  put("lines", place.lines.join(","));
  put("flow", place.flow);
  put("tables", place.tables.join(","));
  for (const [name, value] of Object.entries(place.behind ?? {})) put(name, value ?? "");
  const query = q.toString();
  return query ? `/analytics?${query}` : "/analytics";
}

export function periodOf(place: Place, today: string): Period {
  return place.days ? { from: dayAfter(today, 1 - place.days), to: today } : { from: place.from, to: place.to };
}

/** As many days, right before. */
export function before(period: Period): Period {
  const days = daysBetween(period.from, period.to) + 1;
  return { from: dayAfter(period.from, -days), to: dayAfter(period.to, -days) };
}

/** What the server is asked for. */
export function askedFor(period: Period, place: Place, locale: string): URLSearchParams {
  const q = new URLSearchParams({ from: period.from, to: period.to });
  for (const name of FILTERS) if (place.filters[name]) q.set(name, place.filters[name]);
  if (place.compare) q.set("compare", "true");
  q.set("lang", locale);
  return q;
}

const DAY_MS = 86_400_000;

export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !isNaN(Date.parse(text));
}

/** The day it is in a zone of the world. */
export function dayIn(zone: string, at: Date): string {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" }).format(at); // a zone the browser does not know
  }
}
