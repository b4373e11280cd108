import { Bar, IntervalBar, Part } from "../bars.tsx";
import type { KeyRow, Keys } from "../contract.ts";
import { count, interval, share } from "../figures.ts";
import { Panel, Suppressed } from "../panel.tsx";
import { DataTable, Pick } from "../table.tsx";
import { useBoard, useKeys } from "../use.ts";

const ENTRIES = 100;

export function FixesView() {
  const { w } = useBoard();
  const fixes = useKeys("fix");
  const entries = useKeys("entry", ENTRIES);
  return (
    <div className="view">
      <Panel title={w.fixes.title} hint={w.fixes.hint} loaded={fixes} empty={({ rows }) => rows.length === 0} emptyText={w.empty.fixes} wide height={360}>
        {(keys) => <FixTable keys={keys} />}
      </Panel>
      <Panel title={w.fixes.entries} hint={entries.data?.rows.some(isDated) ? w.fixes.entriesHint : undefined} loaded={entries} empty={({ rows }) => rows.length === 0} emptyText={w.empty.entries} wide height={360}>
        {(keys) => <EntryTable keys={keys} />}
      </Panel>
    </div>
  );
}

const isDated = (row: KeyRow): boolean => !!row.review_by || row.stale !== undefined;

/** A column of numbers, each of which opens its conversations. */
function useNumbers(kind: string) {
  const { locale } = useBoard();
  return (head: string, bit: string) => ({
    head, number: true, cell: (row: KeyRow) => <Pick behind={{ kind, key: row.key, bit }} what={`${row.label || row.key} ${head}`}>{count(row.counts[bit] ?? 0, locale)}</Pick>,
  });
}

/** What can be relied on most comes first, by the lower end of the interval; what few tried comes after. */
const reliable = ({ counts: { helped = 0, tried = 0, shown = 0 } }: KeyRow, least: number): number => (tried >= least ? 1 + (interval(helped, tried)?.low ?? 0) : 1 - 1 / (1 + shown));

function FixTable({ keys }: { keys: Keys }) {
  const { w, definitions } = useBoard();
  const rank = (row: KeyRow): number => reliable(row, definitions.min_cell);
  const numbers = useNumbers("fix");
  return (
    <>
      <DataTable
        label={w.fixes.title} rows={[...keys.rows].sort((a, b) => rank(b) - rank(a))} keyOf={({ key }) => key}
        columns={[
          { head: w.fixes.fix, names: true, cell: (row) => row.label || row.key }, { head: w.fixes.share, cell: (row) => <Helped row={row} /> },
          numbers(w.fixes.shown, "shown"), numbers(w.fixes.tried, "tried"), numbers(w.fixes.failed, "failed"), numbers(w.fixes.helped, "helped"), numbers(w.fixes.confirmed, "confirmed"), numbers(w.fixes.doubted, "doubted"),
        ]}
      />
      <Suppressed n={keys.suppressed} />
    </>
  );
}

function Helped({ row: { counts } }: { row: KeyRow }) {
  const { w, locale, definitions } = useBoard();
  const { helped = 0, tried = 0 } = counts;
  const range = interval(helped, tried);
  if (!range || tried < definitions.min_cell) return <span className="soft">{w.fixes.few}</span>;
  const text = share(helped / tried, locale, 0);
  return (
    <span className="barred with-interval">
      <IntervalBar value={helped / tried} {...range} label={w.fixes.intervalText(text, share(range.low, locale, 0), share(range.high, locale, 0))} />
      <span className="interval-text">{text} <span className="soft">{share(range.low, locale, 0)}–{share(range.high, locale, 0)}</span></span>
    </span>
  );
}

function EntryTable({ keys }: { keys: Keys }) {
  const { w, locale } = useBoard();
  const numbers = useNumbers("entry");
  const most = Math.max(1, ...keys.rows.map(({ counts }) => counts.shown ?? 0));
  const dated = keys.rows.some(isDated);
  const votes = ({ counts }: KeyRow): number => (counts.up ?? 0) + (counts.down ?? 0);
  return (
    <>
      <DataTable
        label={w.fixes.entries} rows={[...keys.rows].sort((a, b) => (b.counts.shown ?? 0) - (a.counts.shown ?? 0))} keyOf={({ key }) => key}
        columns={[
          { head: w.fixes.entry, names: true, cell: (row) => row.label || row.key },
          { head: w.fixes.hits, cell: (row) => <span className="barred"><Bar value={row.counts.shown ?? 0} of={most} /><Pick behind={{ kind: "entry", key: row.key, bit: "shown" }} what={row.label}>{count(row.counts.shown ?? 0, locale)}</Pick></span> },
          numbers(w.fixes.up, "up"), numbers(w.fixes.down, "down"),
          { head: w.fixes.helpful, number: true, cell: (row) => (votes(row) ? <Part n={row.counts.up} of={votes(row)} /> : <span className="soft">{w.fixes.noVotes}</span>) },
          ...(dated ? [{ head: w.fixes.review, cell: (row: KeyRow) => <Review row={row} /> }] : []),
        ]}
      />
      <Suppressed n={keys.suppressed} />
    </>
  );
}

function Review({ row }: { row: KeyRow }) {
  const { w } = useBoard();
  return <span className={row.stale ? "badge stale" : "soft"}>{row.stale ? w.fixes.stale : w.fixes.fresh} {row.review_by ?? ""}</span>;
}
