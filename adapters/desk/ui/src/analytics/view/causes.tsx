import { Bar, Part } from "../bars.tsx";
import { ChangeMark } from "../cards.tsx";
import type { KeyRow, Keys } from "../contract.ts";
import { count } from "../figures.ts";
import { Panel, Suppressed } from "../panel.tsx";
import { matrixOf } from "../paths.ts";
import { DataTable, Pick } from "../table.tsx";
import { useBoard, useKeys } from "../use.ts";

const MATRIX_MOST = 10;
const MATRIX_KEYS = 400;

export function CausesView() {
  return (
    <div className="view">
      <Causes />
      <CauseMatrix by="region" />
      <CauseMatrix by="version" />
    </div>
  );
}

function Causes() {
  const { w } = useBoard();
  const loaded = useKeys("cause");
  return (
    <Panel title={w.causes.title} hint={w.causes.hint} loaded={loaded} empty={({ rows }) => rows.length === 0} emptyText={w.empty.causes} wide height={360}>
      {(keys) => <CauseTable keys={keys} />}
    </Panel>
  );
}

function CauseTable({ keys }: { keys: Keys }) {
  const { w, locale, cause } = useBoard();
  const rows = [...keys.rows].sort((a, b) => (b.counts.told ?? 0) - (a.counts.told ?? 0));
  const most = Math.max(1, ...rows.map(({ counts }) => counts.told ?? 0));
  const name = (row: KeyRow): string => row.label || cause(row.key) || w.causes.none;
  const partColumn = (head: string, bit: string) => ({
    head, number: true, cell: (row: KeyRow) => <Pick behind={{ kind: "cause", key: row.key, bit }} what={`${name(row)} ${head}`}><Part n={row.counts[bit]} of={row.counts.told} /></Pick>,
  });
  return (
    <>
      <DataTable
        label={w.causes.title} rows={rows} keyOf={({ key }) => key}
        columns={[
          { head: w.causes.cause, names: true, cell: name },
          {
            head: w.causes.told, cell: (row) => (
              <span className="barred">
                <Bar value={row.counts.told ?? 0} of={most} />
                <Pick behind={{ kind: "cause", key: row.key, bit: "told" }} what={name(row)}>{count(row.counts.told ?? 0, locale)}</Pick>
              </span>
            ),
          },
          partColumn(w.causes.solved, "solved"), partColumn(w.causes.handed, "handed_off"), partColumn(w.causes.returned, "returned"),
          { head: w.causes.change, number: true, cell: (row) => <RowChange row={row} bit="told" /> },
        ]}
      />
      <Suppressed n={keys.suppressed} />
    </>
  );
}

export function RowChange({ row, bit }: { row: KeyRow; bit: string }) {
  const value = (n: number | undefined) => ({ value: n ?? 0, num: n ?? 0, den: 1 });
  return <ChangeMark figure={{ ...value(row.counts[bit]), previous: row.previous ? value(row.previous[bit]) : null }} definition={{ unit: "count", better: "neither" }} />;
}

function CauseMatrix({ by }: { by: "region" | "version" }) {
  const { w } = useBoard();
  const kind = `cause_${by}`;
  const loaded = useKeys(kind, MATRIX_KEYS);
  return (
    <Panel title={w.causes.matrix[by]} hint={w.causes.matrixHint} loaded={loaded} empty={({ rows }) => rows.length === 0} emptyText={w.empty.matrix} wide height={300}>
      {(keys) => <MatrixTable keys={keys} by={by} />}
    </Panel>
  );
}

function MatrixTable({ keys, by }: { keys: Keys; by: "region" | "version" }) {
  const { w, locale, cause, definitions } = useBoard();
  const bit = definitions.kinds.find(({ kind }) => kind === keys.kind)?.bits[0] ?? "told";
  const { rows, columns, cells } = matrixOf(keys.rows, bit, MATRIX_MOST);
  const most = Math.max(1, ...rows.flatMap((row) => columns.map((column) => cells.get(`${row}|${column}`) ?? 0)));
  const cell = (row: string, column: string) => {
    const n = cells.get(`${row}|${column}`);
    if (!n) return <span className="unseen">{w.causes.few(String(definitions.min_cell))}</span>;
    const label = column || w.filters.unknown;
    return (
      <span className="shade" style={{ "--depth": `${Math.round(8 + (n / most) * 52)}%` } as React.CSSProperties}>
        <Pick behind={{ kind: keys.kind, key: `${row}|${column}`, bit }} what={`${cause(row)} ${label}`}>{count(n, locale)}</Pick>
      </span>
    );
  };
  return (
    <>
      <DataTable
        label={w.causes.matrix[by]} rows={rows} keyOf={(row) => row}
        columns={[{ head: w.causes.cause, names: true, cell: (row: string) => cause(row) || w.causes.none }, ...columns.map((column) => ({ head: column || w.filters.unknown, number: true, cell: (row: string) => cell(row, column) }))]}
      />
      <Suppressed n={keys.suppressed} />
    </>
  );
}
