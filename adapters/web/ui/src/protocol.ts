// The frames of kaitong.v1 as the widget sees them. The specification is served
// at /v1/spec/asyncapi.yaml; what a later server adds is ignored.

export type Locale = "zh-CN" | "en";
export type Author = "bot" | "agent" | "user" | "system";

export interface Item {
  label?: string;
  text: string;
  how?: string;
}

export interface Choice {
  id: string;
  label: string;
}

export interface Field {
  id: string;
  label: string;
  kind: string;
  value?: string;
}

export interface Block {
  type: string;
  level?: string;
  title?: string;
  text?: string;
  url?: string;
  items?: Item[];
  choices?: Choice[];
  fields?: Field[];
  source?: string;
  at?: number;
  of?: number;
  export?: string;
}

export interface About {
  intent: string;
  confidence: number;
  cause?: string;
  reasons?: string[];
  fixes?: string[];
  sources?: string[];
  decision?: string;
  flow?: string;
  composed: "authored" | "llm";
}

export interface MessageData {
  author: Author;
  blocks: Block[];
  about?: About;
  masked?: boolean; // on the person's own: something in it was hidden
}

export interface HandoffData {
  state: string;
  position?: number;
  agent?: string;
}

export interface Welcome {
  conv: string;
  epoch: string;
  seq: number;
  ping_ms: number;
  recovered: boolean;
  anon?: string;
  features: string[];
  greeting: Block[];
  page: { title: string; ask: string[] };
}

export interface ErrorData {
  code: string;
  message: string;
  retryable: boolean;
  retry_after_ms?: number;
}

export interface Frame {
  type: string;
  id?: string;
  conv?: string;
  seq?: number;
  ts?: string;
  re?: string;
  data?: any;
}
