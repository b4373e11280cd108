// The REST side. Whoever is told 401 by anything is sent to the sign-in page.

import { queuesOf, type Queue } from "./board.ts";
import type { Account, AuditPage, CaseData, DemoAgent, Me, Snippet, WaysIn } from "./protocol.ts";

const DESK = "/v1/desk/";
const ANALYTICS = "/v1/analytics/";

/** A refusal, with the word of the server for it. */
export class Refusal extends Error {
  constructor(
    readonly status: number, // 0: nothing came back
    readonly code: string,
    message: string,
    readonly retryAfter = 0, // seconds
    readonly field = "", // what it is about
  ) {
    super(message);
  }
}

export class Api {
  csrf = "";
  locale = "zh-CN";
  onSignedOut: () => void = () => {};

  async demo(): Promise<DemoAgent[]> {
    const { agents } = await this.#ask<{ agents?: DemoAgent[] }>("GET", "demo");
    return agents ?? [];
  }

  me = (): Promise<Me> => this.#ask<Me>("GET", "me").then((me) => this.#know(me));
  login = (user: string, password: string): Promise<void> => this.#ask("POST", "login", password ? { user, password } : { user });
  waysIn = (): Promise<WaysIn> => this.#ask("GET", "signin");
  /** Where to go to sign in with the company's account. */
  company = (): Promise<string> => this.#ask<{ url: string }>("POST", "oidc", {}).then(({ url }) => url);
  /** Returns where to sign out, too. */
  logout = (): Promise<string | undefined> => this.#ask<{ url?: string } | undefined>("POST", "logout", {}).then((answer) => answer?.url);
  case = (id: string): Promise<CaseData> => this.#ask("GET", `conversations/${encodeURIComponent(id)}`);

  async snippets(q: string, locale: string, signal?: AbortSignal): Promise<Snippet[]> {
    const { snippets } = await this.#ask<{ snippets?: Snippet[] }>("GET", `snippets?${new URLSearchParams({ q, locale })}`, undefined, signal);
    return snippets ?? [];
  }

  async reveal(id: string, reason: string): Promise<string> {
    return (await this.#ask<{ user: string }>("POST", `conversations/${encodeURIComponent(id)}/reveal`, { reason })).user;
  }

  audit = (after: number): Promise<AuditPage> => this.#ask("GET", `audit?after=${after}`);
  password = (old: string, fresh: string): Promise<void> => this.#ask("POST", "password", { old, new: fresh });

  /** What the lines and the products are called. */
  async names(): Promise<{ queues: Queue[]; products: Record<string, string> }> {
    const { queues, products } = await this.#ask<{ queues?: unknown; products?: Record<string, string> }>("GET", "queues");
    return { queues: queuesOf(queues), products: products ?? {} };
  }

  async accounts(): Promise<Account[]> {
    return (await this.#ask<{ accounts?: Account[] }>("GET", "accounts")).accounts ?? [];
  }

  createAccount = (account: Account & { password: string }): Promise<void> => this.#ask("POST", "accounts", account);
  changeAccount = (user: string, change: Partial<Account> & { password?: string }): Promise<void> =>
    this.#ask("PATCH", `accounts/${encodeURIComponent(user)}`, change);

  /** Figures have routes of their own, and a client of their own that asks here. */
  analytics = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> => this.#ask<T>(method, path, body, signal, ANALYTICS);

  #know(me: Me): Me {
    this.csrf = me.csrf;
    return me;
  }

  async #ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal, base = DESK): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": this.locale };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.csrf) headers["X-Kaitong-CSRF"] = this.csrf;
    let response: Response;
    try {
      response = await fetch(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: "same-origin" });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new Refusal(0, "offline", "");
    }
    const text = await response.text();
    if (response.ok) return (text ? JSON.parse(text) : undefined) as T;
    if (response.status === 401 && path !== "login") this.onSignedOut();
    throw refusal(response, text);
  }
}

function refusal(response: Response, text: string): Refusal {
  let problem: { code?: string; title?: string; detail?: string; field?: string } = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // A proxy in between speaks HTML.
  }
  const wait = Number(response.headers.get("Retry-After")) || 0;
  return new Refusal(response.status, problem.code ?? "", problem.detail || problem.title || "", wait, problem.field);
}
