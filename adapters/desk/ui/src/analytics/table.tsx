import type { ReactNode } from "react";
import { useBoard } from "./use.ts";
import type { Behind } from "./place.ts";

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  number?: boolean;
  names?: boolean; // the cell names its row
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
}

/** Scrolls in a box of its own, also by keyboard, so that the page does not. */
export function DataTable<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  const { w } = useBoard();
  return (
    <div className="table-frame figures-table" tabIndex={0} role="region" aria-label={w.chart.region(label)}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={column.number ? "number" : undefined}>{column.head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) =>
                column.names ? (
                  <th key={column.head} scope="row">{column.cell(row)}</th>
                ) : (
                  <td key={column.head} className={column.number ? "number" : undefined}>{column.cell(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A number that opens the conversations behind it. */
export function Pick({ behind, what, children }: { behind: Behind; what: string; children: ReactNode }) {
  const { open, w } = useBoard();
  return (
    <button type="button" className="pick" title={w.figure.open} onClick={() => open(behind)}>
      {children}
      <span className="unseen"> {what}</span>
    </button>
  );
}
