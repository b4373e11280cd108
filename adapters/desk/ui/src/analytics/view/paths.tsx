import Select from "antd/es/select";
import { useMemo } from "react";
import { Bar } from "../bars.tsx";
import { Chart } from "../chart.tsx";
import { hoursOption, sankeyOption } from "../charts.ts";
import type { KeyRow, Keys } from "../contract.ts";
import { count, share } from "../figures.ts";
import { ChartPanel, Panel, Suppressed } from "../panel.tsx";
import { flowOf, guidesOf, OTHER, pathsOf, type Guide } from "../paths.ts";
import { DataTable, Pick } from "../table.tsx";
import { firstBit, useBoard, useDrawing, useKeys } from "../use.ts";

const PATHS = 200;
const STEPS = 200;
const HOURS = 168;
const SANKEY_HEIGHT = 460;
const SANKEY_LEAST = 720;
const HOURS_HEIGHT = 340;

export function PathsView() {
  return (
    <div className="view">
      <Sankey />
      <Funnel />
      <Hours />
    </div>
  );
}

function Sankey() {
  const { w } = useBoard();
  const loaded = useKeys("path", PATHS);
  return (
    <ChartPanel
      id="paths" title={w.paths.sankey} hint={w.paths.sankeyHint} loaded={loaded} empty={({ rows }) => rows.length === 0} emptyText={w.empty.sankey} wide height={SANKEY_HEIGHT}
      chart={(keys) => <SankeyChart keys={keys} />}
    >
      {(keys) => <PathTable keys={keys} />}
    </ChartPanel>
  );
}

function SankeyChart({ keys }: { keys: Keys }) {
  const { w, definitions, intent, cause, open } = useBoard();
  const drawing = useDrawing();
  const bit = firstBit(definitions, "path");
  const flow = useMemo(() => {
    const title = (column: number, key: string): string => (column === 0 ? intent(key) : column === 1 ? (key ? cause(key) : w.paths.noCause) : w.outcome(key));
    return flowOf(pathsOf(keys.rows, bit), title, w.paths.other);
    // The names change with the language and with the filters' causes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [keys, bit, w, cause]);
  const option = useMemo(() => sankeyOption(flow, drawing), [flow, drawing]);
  const pick = (name: string) => {
    const node = flow.nodes.find(({ id }) => id === name);
    if (!node || node.key === OTHER) return;
    if (node.column === 0) open({ kind: "intent", key: node.key, bit: "asked" });
    if (node.column === 1 && node.key) open({ kind: "cause", key: node.key, bit: "told" });
  };
  return (
    <>
      <Chart option={option} height={SANKEY_HEIGHT} least={SANKEY_LEAST} label={`${w.paths.sankey}. ${w.chart.asTable}`} onPick={({ name }) => pick(name)} />
      <Suppressed n={keys.suppressed} />
    </>
  );
}

function PathTable({ keys }: { keys: Keys }) {
  const { w, locale, definitions, intent, cause } = useBoard();
  const bit = firstBit(definitions, "path");
  const paths = pathsOf(keys.rows, bit).sort((a, b) => b.n - a.n);
  const most = Math.max(1, ...paths.map(({ n }) => n));
  return (
    <>
      <DataTable
        label={w.paths.sankey} rows={paths} keyOf={({ key }) => key}
        columns={[
          { head: w.paths.question, names: true, cell: (path) => intent(path.intent) }, { head: w.paths.cause, cell: (path) => (path.cause ? cause(path.cause) : w.paths.noCause) }, { head: w.paths.outcome, cell: (path) => w.outcome(path.outcome) },
          { head: w.paths.contacts, cell: (path) => <span className="barred"><Bar value={path.n} of={most} /><Pick behind={{ kind: "path", key: path.key, bit }} what={intent(path.intent)}>{count(path.n, locale)}</Pick></span> },
        ]}
      />
      <Suppressed n={keys.suppressed} />
    </>
  );
}

function Funnel() {
  const { w, place, go } = useBoard();
  const loaded = useKeys("step", STEPS);
  const flows = useKeys("flow");
  const guides = useMemo(() => guidesOf(loaded.data?.rows ?? [], flows.data?.rows ?? []), [loaded.data, flows.data]);
  const guide = guides.find(({ id }) => id === place.flow) ?? guides[0];
  const aside = guides.length > 1 && guide && (
    <Select size="small" className="flow-picker" aria-label={w.paths.flow} value={guide.id} options={guides.map(({ id, name }) => ({ value: id, label: name }))} popupMatchSelectWidth={false} onChange={(flow) => go({ flow })} />
  );
  return (
    <Panel title={w.paths.funnel} loaded={loaded} empty={() => !guide} emptyText={w.empty.flows} aside={aside} height={HOURS_HEIGHT}>
      {(keys) => guide && <><Steps guide={guide} /><Suppressed n={keys.suppressed} /></>}
    </Panel>
  );
}

function Steps({ guide }: { guide: Guide }) {
  const { w, locale } = useBoard();
  const first = guide.steps[0]?.counts.shown ?? 0;
  const bits = ["done", "failed", "skipped", "left"] as const;
  return (
    <ol className="funnel">
      {guide.steps.map((step) => (
        <li key={step.key}>
          <span className="funnel-top">
            <span>{step.label}</span>
            <Pick behind={{ kind: "step", key: step.key, bit: "shown" }} what={step.label}>{w.paths.shown} {count(step.counts.shown ?? 0, locale)} · {share(first ? (step.counts.shown ?? 0) / first : null, locale, 0)}</Pick>
          </span>
          <Bar value={step.counts.shown ?? 0} of={first} tone="tall" />
          <span className="funnel-rest">
            {bits.filter((bit) => step.counts[bit]).map((bit) => (
              <Pick key={bit} behind={{ kind: "step", key: step.key, bit }} what={step.label}>{w.paths[bit]} {count(step.counts[bit] ?? 0, locale)}</Pick>
            ))}
            <Drop step={step} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Drop({ step: { counts } }: { step: KeyRow }) {
  const { w, locale } = useBoard();
  const left = counts.shown ? (counts.left ?? 0) / counts.shown : 0;
  return left > 0 ? <span className={left > 0.2 ? "drop late" : "drop"}>{w.paths.drop(share(left, locale, 0))}</span> : null;
}

function Hours() {
  const { w } = useBoard();
  const loaded = useKeys("hour", HOURS);
  return (
    <ChartPanel
      id="hours" title={w.paths.hours} hint={w.paths.hoursHint} loaded={loaded} empty={({ rows }) => rows.length === 0} emptyText={w.empty.hours} height={HOURS_HEIGHT}
      chart={(keys) => <HoursChart keys={keys} />}
    >
      {(keys) => <HoursTable keys={keys} />}
    </ChartPanel>
  );
}

function useCells(keys: Keys): number[] {
  const { definitions } = useBoard();
  const bit = firstBit(definitions, "hour");
  return useMemo(() => {
    const cells = new Array<number>(HOURS).fill(0);
    for (const { key, counts } of keys.rows) cells[Number(key)] = counts[bit] ?? 0;
    return cells;
  }, [keys, bit]);
}

function HoursChart({ keys }: { keys: Keys }) {
  const { w, definitions, open } = useBoard();
  const drawing = useDrawing();
  const cells = useCells(keys);
  const option = useMemo(() => hoursOption(cells, drawing), [cells, drawing]);
  const pick = (value: unknown) => {
    const [hour, day] = value as [number, number];
    open({ kind: "hour", key: String(day * 24 + hour), bit: firstBit(definitions, "hour") });
  };
  return <Chart option={option} height={HOURS_HEIGHT} label={`${w.paths.hours}. ${w.chart.asTable}`} onPick={({ value }) => pick(value)} />;
}

function HoursTable({ keys }: { keys: Keys }) {
  const { w, locale, definitions } = useBoard();
  const cells = useCells(keys);
  const bit = firstBit(definitions, "hour");
  const cell = (hour: number, day: number) => {
    const n = cells[day * 24 + hour] ?? 0;
    return n ? <Pick behind={{ kind: "hour", key: String(day * 24 + hour), bit }} what={`${w.paths.weekdays[day]} ${hour}:00`}>{count(n, locale)}</Pick> : "";
  };
  const days = w.paths.weekdays.map((head, day) => ({ head, number: true, cell: (hour: number) => cell(hour, day) }));
  return <DataTable label={w.paths.hours} rows={Array.from({ length: 24 }, (_, hour) => hour)} keyOf={String} columns={[{ head: w.paths.hour, names: true, cell: (hour) => `${hour}:00` }, ...days]} />;
}
