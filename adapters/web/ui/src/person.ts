// Who is talking: where tokens come from, and whom a token names.

import type { TokenSource } from "./api.ts";

/** The subject of people without a token. */
export const NOBODY = "anonymous";

/** A token is renewed this long before it ends, so that it outlives the handshake. */
const MARGIN_MS = 5_000;

export class Person {
  #source: TokenSource = null;
  #spent = ""; // a token the server called expired

  set source(source: TokenSource) {
    this.#source = source;
  }

  /** Whether somebody can be asked for a new token at any time. */
  get renews(): boolean {
    return typeof this.#source === "function";
  }

  expired(token: string | null): void {
    this.#spent = token ?? "";
  }

  /** A token, null for nobody, or undefined where only an expired one is at hand. */
  async token(): Promise<string | null | undefined> {
    const token = typeof this.#source === "function" ? await this.#source() : this.#source;
    if (!token) return null;
    if (this.renews) return token;
    return token === this.#spent || isOver(token) ? undefined : token;
  }
}

/** Asks the host app for a token, with the cookies the person has there. */
export function tokenFrom(url: string): () => Promise<string | null> {
  return async () => {
    const response = await fetch(url, { credentials: "include", cache: "no-store", headers: { Accept: "application/json" } });
    if (response.status === 204 || response.status === 401) return null;
    if (!response.ok) throw new Error(`token: ${response.status}`);
    return ((await response.json()) as { token?: string }).token ?? null;
  };
}

/** Who is there, as HTTP wants to be told. */
export function authorization(token: string | null, anon: string): string {
  return token ? `Bearer ${token}` : `Anonymous ${anon}`;
}

/** Tells people apart. The server alone decides whether a token is to be believed. */
export function subjectOf(token: string | null): string {
  if (!token) return NOBODY;
  const { sub, tenant } = claims(token);
  return sub ? `${tenant ?? ""}/${sub}` : token;
}

function isOver(token: string): boolean {
  const { exp } = claims(token);
  return exp !== undefined && exp * 1000 < Date.now() + MARGIN_MS;
}

function claims(token: string): { sub?: string; tenant?: string; exp?: number } {
  try {
    const body = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(body), (c) => c.charCodeAt(0))));
  } catch {
    return {};
  }
}
