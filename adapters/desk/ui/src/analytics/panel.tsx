import BarChartOutlined from "@ant-design/icons/es/icons/BarChartOutlined";
import TableOutlined from "@ant-design/icons/es/icons/TableOutlined";
import Button from "antd/es/button";
import Skeleton from "antd/es/skeleton";
import type { ReactNode } from "react";
import { Refusal } from "../api.ts";
import { Empty } from "../view/empty.tsx";
import type { Loaded } from "./load.ts";
import { useBoard } from "./use.ts";
import type { Words } from "./words.ts";

interface Props<T> {
  title: string;
  hint?: string;
  loaded: Loaded<T>;
  empty: (data: T) => boolean;
  emptyText: string;
  aside?: ReactNode;
  wide?: boolean;
  height?: number; // of what will be there
  children: (data: T) => ReactNode;
}

/** A part of the page: asks to wait, explains that there is nothing or what failed, or shows. */
export function Panel<T>({ title, hint, loaded, empty, emptyText, aside, wide, height, children }: Props<T>) {
  const { w } = useBoard();
  const { data, error, busy, retry } = loaded;
  return (
    <section className={wide ? "panel wide" : "panel"} aria-label={title} aria-busy={busy}>
      <header className="panel-head">
        <h2>{title}</h2>
        {hint && <p className="soft">{hint}</p>}
        {aside && <div className="panel-aside">{aside}</div>}
      </header>
      <div className="panel-body" style={{ minHeight: data || error ? undefined : height }}>
        {error ? <Failed error={error} retry={retry} /> : !data ? <Skeleton active paragraph={{ rows: 4 }} title={false} /> : empty(data) ? <Empty title={w.empty.few} text={emptyText} /> : children(data)}
      </div>
    </section>
  );
}

interface ChartProps<T> extends Omit<Props<T>, "aside"> {
  id: string;
  chart: (data: T) => ReactNode;
  children: (data: T) => ReactNode; // the same as a table
  aside?: ReactNode;
}

/** A panel with a chart, and a table for those who would rather read. */
export function ChartPanel<T>({ id, chart, children, aside, ...rest }: ChartProps<T>) {
  const { place, go, w } = useBoard();
  const table = place.tables.includes(id);
  const turn = () => go({ tables: table ? place.tables.filter((one) => one !== id) : [...place.tables, id] });
  const toggle = (
    <Button size="small" icon={table ? <BarChartOutlined /> : <TableOutlined />} aria-pressed={table} onClick={turn}>
      {table ? w.chart.asChart : w.chart.asTable}
    </Button>
  );
  return (
    <Panel {...rest} aside={<>{aside}{toggle}</>}>
      {(data) => (table ? children(data) : chart(data))}
    </Panel>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { w } = useBoard();
  return <FailedNote error={error} retry={retry} w={w} />;
}

/** Says what went wrong and lets one try again; needs no figures to be there. */
export function FailedNote({ error, retry, w }: { error: unknown; retry: () => void; w: Words }) {
  return (
    <div className="empty" role="alert">
      <strong>{w.failed.title}</strong>
      <p>{why(error, w)}</p>
      <Button onClick={retry}>{w.retry}</Button>
    </div>
  );
}

function why(error: unknown, w: Words): string {
  if (!(error instanceof Refusal)) return w.failed.text;
  if (error.status === 0) return w.failed.offline;
  if (error.code === "busy") return w.unanswered.draftBusy;
  if (error.status === 404) return w.failed.missing;
  return error.status === 400 || error.status === 422 ? w.failed.invalid : w.failed.text;
}

/** How many keys are kept back because too few people are behind them. */
export function Suppressed({ n }: { n: number }) {
  const { definitions, w } = useBoard();
  return n > 0 ? <p className="soft note-line">{w.suppressed(n, definitions.min_cell)}</p> : null;
}
