// What the server says below /v1/analytics/. What a later server adds is ignored.

/** A text in one language, or in several by their tags. */
export type Text = string | Record<string, string>;

export type Unit = "share" | "count" | "ms" | "ratio";

export interface Definition {
  id: string;
  unit: Unit;
  better: "up" | "down" | "neither";
  name: Text;
  means: Text;
  numerator: Text;
  denominator?: Text;
  source?: Text;
}

export interface Definitions {
  zone: string; // the days are days of this zone
  figures: Definition[];
  kinds: { kind: string; bits: string[]; means: Text }[];
  min_cell: number; // fewer conversations than this are not told apart
}

export interface Value {
  value: number | null; // null: nothing to divide by
  num: number;
  den: number;
}

export interface Figure extends Value {
  id: string;
  low?: number | null;
  high?: number | null;
  previous: Value | null;
}

export type Point = number | { num: number; den: number };

export interface Day {
  day: string;
  values: Record<string, Point>;
}

export interface Named {
  id: string;
  name: string;
}

export interface Filters {
  products: string[];
  locales: string[];
  channels: string[];
  versions: string[];
  causes: Named[];
}

export interface Overview {
  projected_at?: string;
  provisional_from?: string;
  demo?: boolean;
  figures: Figure[];
  series: Day[];
  filters: Filters;
}

export type Counts = Record<string, number>;

export interface KeyRow {
  key: string;
  label: string;
  counts: Counts;
  previous?: Counts | null;
  review_by?: string; // of an entry of the knowledge, where the server knows
  stale?: boolean;
}

export interface Keys {
  kind: string;
  rows: KeyRow[];
  suppressed: number;
}

export interface Contact {
  conversation: string;
  n: number;
  began: string;
  last: string;
  locale: string;
  channel: string;
  version: string;
  cause: string;
  intents: string[] | null;
  outcome: string;
  user: string; // masked
}

export interface Contacts {
  contacts: Contact[];
  next?: string | number | null;
}

export interface Cluster {
  id: string;
  name: string;
  questions: { text: string; at: string; conversation: string }[];
  size: number;
  trend: { day: string; n: number }[];
  nearest?: { intent: string; score: number } | null;
}

export interface Draft {
  files: { path: string; content: string }[];
  evaluation?: { before: Record<string, unknown>; after: Record<string, unknown> } | null;
}

export interface Alert {
  id: string;
  kind: string; // cause, unanswered
  key?: string;
  label?: string;
  since?: string;
  value?: number;
  expected?: number;
  incident?: boolean; // an incident is suggested
}
