// What the server tells the demo page.

import type { Locale } from "../protocol.ts";

export interface Fix {
  title: string;
  steps: string[];
}

export interface Article {
  id: string;
  title: string;
  paragraphs: string[];
  fixes: Fix[];
  /** What one would ask the helper about it. */
  question: string;
}

export interface Group {
  id: string;
  title: string;
  articles: Article[];
}

/** The help articles of the pack that is served. */
export interface Help {
  product: string;
  title: string;
  groups: Group[];
  /** Questions to begin with. */
  ask: string[];
}

export interface DemoUser {
  id: string;
  name: Record<Locale, string>;
  situation: Record<Locale, string>;
}

async function fetchJSON<Body>(address: string, init?: RequestInit): Promise<Body> {
  const answer = await fetch(address, init);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

export const fetchHelp = (locale: Locale) => fetchJSON<Help>(`/v1/demo/articles?locale=${locale}`);

export async function fetchUsers(): Promise<DemoUser[]> {
  return (await fetchJSON<{ users: DemoUser[] }>("/v1/demo/users")).users;
}

/** A token as the backend of a real app would give it to somebody signed in. */
export async function fetchToken(user: string): Promise<string> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user }) };
  return (await fetchJSON<{ token: string }>("/v1/demo/token", init)).token;
}

/** The article of an id, and the group it stands in. */
export function findArticle(help: Help, id: string): { article: Article; group: Group } | null {
  for (const group of help.groups) {
    const article = group.articles.find((a) => a.id === id);
    if (article) return { article, group };
  }
  return null;
}
