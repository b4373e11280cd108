// What the desk and its server say to each other: kaitong.desk.v1 over the
// WebSocket and JSON below /v1/desk/. What a later server adds is ignored.

export type Locale = "zh-CN" | "en";
export type Author = "bot" | "agent" | "user" | "system";
export type Role = "agent" | "lead" | "compliance" | "admin";
export type Status = "online" | "away";
export type Solved = "yes" | "no" | "unknown";

export interface Me {
  user: string;
  name: string;
  name_en?: string; // of the demo's
  role: Role;
  queues: string[];
  csrf: string;
  expires_at?: string;
  locale?: string;
  demo?: boolean;
  company?: boolean; // signs in with the company's account
}

/** What one can sign in with. */
export interface WaysIn {
  company: boolean;
  company_name?: string;
  password: boolean;
  demo: boolean;
}

/** What somebody of the staff is called in a language. */
export const calledIn = (locale: Locale, one: { name: string; name_en?: string }): string => (locale === "en" && one.name_en) || one.name;

export interface Person {
  id: string;
  name: string;
}

/** One conversation that waits for a human or has one. */
export interface Entry {
  conversation: string;
  version: number;
  user: string; // masked
  anonymous?: boolean;
  product?: string;
  locale?: string;
  state: string; // requested | queued | active | resolved | …
  reason?: string;
  ticket?: string;
  queue?: string;
  priority?: number;
  urgent?: boolean; // somebody in distress
  epoch: number;
  agent?: Partial<Person> & { user?: string };
  since?: string;
  due?: string;
  late?: number; // promises that were not kept; due is the one after them
  last?: string;
  last_author?: Author;
  last_at?: string;
  unanswered?: boolean;
}

export interface Colleague {
  user: string;
  name: string;
  name_en?: string; // of the demo's
  role?: Role;
  status: string; // online | away | offline
  load: number;
  queues?: string[];
}

export interface Item {
  label?: string;
  text: string;
  how?: string;
  source?: string;
}

export interface Block {
  type: string;
  level?: string;
  title?: string;
  text?: string;
  url?: string;
  items?: Item[];
  choices?: { id: string; label: string }[];
  source?: string;
  at?: number;
  of?: number;
}

export interface About {
  intent?: string;
  confidence?: number;
  cause?: string;
  reasons?: string[];
  fixes?: string[];
  decision?: string;
  flow?: string;
  composed?: string;
}

/** An event of the log; what data holds goes by its kind. */
export interface LogEvent {
  kind: string;
  data: any;
}

export interface Turn {
  version: number;
  at: string;
  events: LogEvent[];
}

/** An entry of the knowledge. */
export interface Named {
  id: string;
  title: string;
}

export interface CaseData {
  entry: Entry;
  turns: Turn[];
  summary?: string[];
  brief?: { causes?: Named[]; shown?: Named[]; tried?: Named[] };
}

export interface Snippet {
  id: string;
  title: string;
  text: string;
}

export interface Disposition {
  cause: string;
  solved: Solved;
  note: string;
}

export type ActKind = "claim" | "reply" | "note" | "transfer" | "release" | "resolve" | "takeover";

/** What an agent does to a conversation. The frame's id makes it happen once. */
export interface ActData {
  conversation: string;
  kind: ActKind;
  epoch: number;
  text?: string;
  queue?: string;
  to?: Person;
  disposition?: Disposition;
}

export interface ErrorData {
  code: string;
  message: string;
  retryable?: boolean;
  retry_after_ms?: number;
}

export interface Hello {
  me: Me;
  queues: string[];
  board: Entry[];
  presence: Colleague[];
}

export interface Frame {
  type: string;
  id?: string;
  re?: string;
  data?: any;
}

export interface DemoAgent {
  user: string;
  name: string;
  name_en?: string;
  role: Role;
}

export interface Account {
  user: string;
  name: string;
  role: Role;
  queues?: string[];
  disabled?: boolean;
  company?: boolean; // the provider says what its role is
}

export interface AuditRow {
  seq: number;
  at: string;
  user?: string;
  action?: string;
  conversation?: string;
  from?: string;
  detail?: string;
}

export interface AuditPage {
  entries: AuditRow[];
  whole: boolean; // nothing is missing or was changed
  more: boolean;
}
