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
  den?: number; // not of counts
}

export interface Figure extends Value {
  id: string;
  low?: number | null;
  high?: number | null;
  previous: Value | null;
}

export type Point = Partial<Value> & { num: number };

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
  projected_at?: string; // the last thing that is counted
  provisional_from?: string;
  demo?: boolean;
  behind?: number; // turns that are not counted yet
  rebuilding?: boolean; // everything is being counted anew
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
  place?: number; // in the order of the knowledge, such as of the steps of a flow
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
  cause_name?: string;
  intent: string;
  intent_name?: string;
  outcome: string;
}

export interface Contacts {
  contacts: Contact[];
  next?: string;
}

export interface Cluster {
  id: string;
  name: string;
  proposed?: string; // by a language model
  questions: { text: string; at: string; conversation: string }[];
  size: number;
  people: number;
  trend: { day: string; n: number }[];
  nearest?: { intent: string; name?: string; score: number } | null;
}

export interface Unanswered {
  clusters: Cluster[];
  total: number; // questions
  single: number; // of those, asked by one person only
}

/** What a draft changes, tried on questions it has not learned. */
export interface Evaluation {
  questions: number;
  before: number; // of those, read rightly
  after: number;
  offered: number; // not sure, but offered first
  elsewhere: number; // utterances of the pack that were read rightly before
  lost: number; // of those, no longer
}

export interface Draft {
  files: { path: string; content: string }[];
  intent?: string;
  evaluation?: Evaluation | null; // null: too few questions to tell
}

export interface Alert {
  id: string;
  kind: string; // cause, unanswered
  key?: string;
  name?: string;
  since?: string;
  count?: number; // conversations so far
  expected?: number;
  incident?: boolean; // an incident is suggested
}
