// Asks the server for figures. Lists that are missing are empty from here on.

import type { Api } from "../api.ts";
import type { Alert, Contacts, Definitions, Draft, Keys, Overview, Unanswered } from "./contract.ts";

export class Client {
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async definitions(signal: AbortSignal): Promise<Definitions> {
    const got = await this.#get<Definitions>("definitions", new URLSearchParams(), signal);
    return { ...got, figures: got.figures ?? [], kinds: got.kinds ?? [], min_cell: got.min_cell ?? 0 };
  }

  async overview(asked: URLSearchParams, signal: AbortSignal): Promise<Overview> {
    const got = await this.#get<Overview>("overview", asked, signal);
    const { products, locales, channels, versions, causes } = got.filters ?? {};
    const filters = { products: products ?? [], locales: locales ?? [], channels: channels ?? [], versions: versions ?? [], causes: causes ?? [] };
    return { ...got, figures: got.figures ?? [], series: got.series ?? [], filters };
  }

  async keys(kind: string, limit: number, asked: URLSearchParams, signal: AbortSignal): Promise<Keys> {
    const got = await this.#get<Keys>("keys", withMore(asked, { kind, limit: String(limit) }), signal);
    return { ...got, rows: (got.rows ?? []).map((row) => ({ ...row, label: row.label === row.key ? "" : row.label, counts: row.counts ?? {} })), suppressed: got.suppressed ?? 0 };
  }

  async contacts(which: Record<string, string>, asked: URLSearchParams, signal: AbortSignal): Promise<Contacts> {
    const got = await this.#get<Contacts>("contacts", withMore(asked, which), signal);
    return { ...got, contacts: got.contacts ?? [] };
  }

  async unanswered(asked: URLSearchParams, signal: AbortSignal): Promise<Unanswered> {
    const got = await this.#get<Unanswered>("unanswered", asked, signal);
    const clusters = (got.clusters ?? []).map((one) => ({ ...one, questions: one.questions ?? [], trend: one.trend ?? [] }));
    return { clusters, total: got.total ?? 0, single: got.single ?? 0 };
  }

  async draft(cluster: string, as: "entry" | "utterances", asked: URLSearchParams): Promise<Draft> {
    const got = await this.#api.analytics<Draft>("POST", `unanswered/${encodeURIComponent(cluster)}/draft?${asked}`, { as });
    return { ...got, files: got.files ?? [] };
  }

  async alerts(asked: URLSearchParams, signal: AbortSignal): Promise<Alert[]> {
    return (await this.#get<{ alerts: Alert[] | null }>("alerts", asked, signal)).alerts ?? [];
  }

  #get<T>(path: string, asked: URLSearchParams, signal: AbortSignal): Promise<T> {
    const query = asked.toString();
    return this.#api.analytics<T>("GET", query ? `${path}?${query}` : path, undefined, signal);
  }
}

/** Where a file with the figures is downloaded. */
export function exportAddress(what: Record<string, string>, asked: URLSearchParams): string {
  return `/v1/analytics/export?${withMore(asked, what)}`;
}

function withMore(asked: URLSearchParams, more: Record<string, string>): URLSearchParams {
  const all = new URLSearchParams(asked);
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}
