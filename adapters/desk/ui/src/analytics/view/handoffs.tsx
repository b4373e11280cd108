import { useMemo } from "react";
import { Bar, Part } from "../bars.tsx";
import { Cards, CardsWait } from "../cards.tsx";
import { Chart } from "../chart.tsx";
import { waitsOption } from "../charts.ts";
import type { KeyRow, Keys } from "../contract.ts";
import { count } from "../figures.ts";
import { ChartPanel, Panel, Suppressed } from "../panel.tsx";
import { DataTable, Pick } from "../table.tsx";
import { firstBit, useBoard, useDrawing, useKeys } from "../use.ts";
import type { Words } from "../words.ts";
import { RowChange } from "./causes.tsx";

/** Figures of what people do, as far as the server counts them. */
export const HUMAN = ["handoff_rate", "human_answer_rate", "first_human_response", "handling_time", "breach_rate", "human_resolution", "handoff_cancelled", "ticket_rate"];
const HEIGHT = 260;
const LATE = 0.1; // more than one in ten is too much

export function HandoffsView() {
  const { overview, w } = useBoard();
  const figures = HUMAN.flatMap((id) => overview.data?.figures.find((figure) => figure.id === id) ?? []);
  return (
    <div className="view">
      {overview.data ? <section className="headline" aria-label={w.handoffs.title}><Cards figures={figures} series={overview.data.series} tail={0} /></section> : <CardsWait n={8} />}
      <Board kind="handoff" title={w.handoffs.byReason} />
      <Board kind="queue" title={w.handoffs.byQueue} />
      <Waits />
    </div>
  );
}

function Board({ kind, title }: { kind: "handoff" | "queue"; title: string }) {
  const { w } = useBoard();
  const loaded = useKeys(kind);
  return (
    <Panel title={title} loaded={loaded} empty={({ rows }) => rows.length === 0} emptyText={w.empty.handoffs} wide height={HEIGHT}>
      {(keys) => <BoardTable kind={kind} title={title} keys={keys} />}
    </Panel>
  );
}

function BoardTable({ kind, title, keys }: { kind: "handoff" | "queue"; title: string; keys: Keys }) {
  const { w, locale, queue, reason } = useBoard();
  const rows = [...keys.rows].sort((a, b) => (b.counts.asked ?? 0) - (a.counts.asked ?? 0));
  const most = Math.max(1, ...rows.map(({ counts }) => counts.asked ?? 0));
  const name = (row: KeyRow): string => row.label || (kind === "queue" ? queue(row.key) || w.handoffs.noQueue : reason(row.key));
  const partColumn = (head: string, bit: string) => ({
    head, number: true, cell: (row: KeyRow) => (
      <Pick behind={{ kind, key: row.key, bit }} what={`${name(row)} ${head}`}>
        <span className={bit === "breached" && (row.counts.breached ?? 0) > LATE * (row.counts.asked ?? 0) ? "late" : undefined}><Part n={row.counts[bit]} of={row.counts.asked} /></span>
      </Pick>
    ),
  });
  return (
    <>
      <DataTable
        label={title} rows={rows} keyOf={({ key }) => key}
        columns={[
          { head: kind === "queue" ? w.handoffs.queue : w.handoffs.reason, names: true, cell: name },
          { head: w.handoffs.asked, cell: (row) => <span className="barred"><Bar value={row.counts.asked ?? 0} of={most} /><Pick behind={{ kind, key: row.key, bit: "asked" }} what={name(row)}>{count(row.counts.asked ?? 0, locale)}</Pick></span> },
          partColumn(w.handoffs.answered, "human_answered"), partColumn(w.handoffs.solved, "solved"), partColumn(w.handoffs.withdrawn, "withdrawn"), partColumn(w.handoffs.breached, "breached"),
          { head: w.causes.change, number: true, cell: (row) => <RowChange row={row} bit="asked" /> },
        ]}
      />
      <Suppressed n={keys.suppressed} />
    </>
  );
}

/** "2 <=1m" and the like, in words; the number in front sorts. */
function waitName({ key, label }: KeyRow, w: Words): string {
  const [, n, unit] = /<=(\d+)([smh])/.exec(key) ?? [];
  if (label) return label;
  return w.handoffs.wait(n ? Number(n) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"] : null);
}

function useWaits(keys: Keys): KeyRow[] {
  const { w } = useBoard();
  return useMemo(() => [...keys.rows].sort((a, b) => (a.key < b.key ? -1 : 1)).map((row) => ({ ...row, label: waitName(row, w) })), [keys, w]);
}

function Waits() {
  const { w } = useBoard();
  const loaded = useKeys("wait");
  return (
    <ChartPanel
      id="waits" title={w.handoffs.waits} loaded={loaded} empty={({ rows }) => rows.length === 0} emptyText={w.empty.handoffs} wide height={HEIGHT}
      chart={(keys) => <WaitsChart keys={keys} />}
    >
      {(keys) => <WaitsTable keys={keys} />}
    </ChartPanel>
  );
}

function WaitsChart({ keys }: { keys: Keys }) {
  const { w, definitions, open } = useBoard();
  const drawing = useDrawing();
  const bit = firstBit(definitions, "wait");
  const rows = useWaits(keys);
  const option = useMemo(() => waitsOption(rows, bit, drawing), [rows, bit, drawing]);
  const pick = (at: number) => open({ kind: "wait", key: rows[at]?.key ?? "", bit });
  return <Chart option={option} height={HEIGHT} label={`${w.handoffs.waits}. ${w.chart.asTable}`} onPick={({ dataIndex }) => pick(dataIndex)} />;
}

function WaitsTable({ keys }: { keys: Keys }) {
  const { w, locale, definitions } = useBoard();
  const bit = firstBit(definitions, "wait");
  return (
    <DataTable
      label={w.handoffs.waits} rows={useWaits(keys)} keyOf={({ key }) => key}
      columns={[
        { head: w.handoffs.waited, names: true, cell: (row) => row.label },
        { head: w.handoffs.contacts, number: true, cell: (row) => <Pick behind={{ kind: "wait", key: row.key, bit }} what={row.label}>{count(row.counts[bit] ?? 0, locale)}</Pick> },
      ]}
    />
  );
}
