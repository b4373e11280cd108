// From the paths of conversations, "intent|cause|outcome", to what flows where.

import type { KeyRow } from "./contract.ts";

export interface Path {
  key: string;
  intent: string;
  cause: string;
  outcome: string;
  n: number;
}

export interface Node {
  id: string;
  key: string; // of the intent, cause or outcome
  column: number;
  title: string;
}

export interface Flow {
  nodes: Node[];
  links: { source: string; target: string; value: number }[];
}

const MOST = 7; // of each column; what is rarer is put together
export const OTHER = "*";

export function pathsOf(rows: KeyRow[], bit: string): Path[] {
  return rows.map(({ key, counts }) => {
    const [intent = "", cause = "", outcome = ""] = key.split("|");
    return { key, intent, cause, outcome, n: counts[bit] ?? 0 };
  });
}

export function flowOf(paths: Path[], title: (column: number, key: string) => string, other: string): Flow {
  const columns = [(path: Path) => path.intent, (path: Path) => path.cause, (path: Path) => path.outcome];
  const kept = columns.map((of) => most(paths, of));
  const nodes = new Map<string, Node>();
  const links = new Map<string, Flow["links"][number]>();
  const node = (path: Path, column: number): string => {
    const key = columns[column]!(path);
    const at = kept[column]!.has(key) ? key : OTHER;
    const id = `${column}:${at}`;
    if (!nodes.has(id)) nodes.set(id, { id, key: at, column, title: at === OTHER ? other : title(column, at) });
    return id;
  };
  for (const path of paths) {
    if (path.n <= 0) continue;
    const ids = [0, 1, 2].map((column) => node(path, column));
    for (const at of [0, 1]) {
      const [source, target] = [ids[at]!, ids[at + 1]!];
      const link = links.get(`${source} ${target}`) ?? { source, target, value: 0 };
      link.value += path.n;
      links.set(`${source} ${target}`, link);
    }
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
}

function most(paths: Path[], of: (path: Path) => string): Set<string> {
  const sums = new Map<string, number>();
  for (const path of paths) sums.set(of(path), (sums.get(of(path)) ?? 0) + path.n);
  return new Set([...sums].sort((a, b) => b[1] - a[1]).slice(0, MOST).map(([key]) => key));
}

export interface Guide {
  id: string;
  name: string;
  steps: KeyRow[];
}

/** The steps of each flow, "flow/step", as many people came by them. */
export function guidesOf(rows: KeyRow[], names: KeyRow[]): Guide[] {
  const guides = new Map<string, Guide>();
  for (const row of rows) {
    const [id = "", step = ""] = row.key.split("/");
    const guide = guides.get(id) ?? { id, name: names.find(({ key }) => key === id)?.label || id, steps: [] };
    guide.steps.push({ ...row, label: row.label || step });
    guides.set(id, guide);
  }
  const shown = (row: KeyRow | undefined): number => row?.counts.shown ?? 0;
  const done = (row: KeyRow): number => row.counts.done ?? 0; // fewer get through what comes later
  for (const guide of guides.values()) guide.steps.sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity) || shown(b) - shown(a) || done(b) - done(a));
  return [...guides.values()].sort((a, b) => shown(b.steps[0]) - shown(a.steps[0]));
}

export interface Matrix {
  rows: string[];
  columns: string[];
  cells: Map<string, number>; // by "row|column"
}

/** Two-part keys as a table, the largest first in both directions. */
export function matrixOf(rows: KeyRow[], bit: string, most: number): Matrix {
  const cells = new Map(rows.map((row) => [row.key, row.counts[bit] ?? 0]));
  const sums = [new Map<string, number>(), new Map<string, number>()];
  for (const [key, n] of cells) {
    key.split("|").slice(0, 2).forEach((part, at) => sums[at]!.set(part, (sums[at]!.get(part) ?? 0) + n));
  }
  const [down, across] = sums.map((sum) => [...sum].sort((a, b) => b[1] - a[1]).slice(0, most).map(([key]) => key));
  return { rows: down ?? [], columns: across ?? [], cells };
}
