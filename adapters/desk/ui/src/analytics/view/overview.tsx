import Select from "antd/es/select";
import { useMemo } from "react";
import { Cards, CardsWait } from "../cards.tsx";
import { Chart } from "../chart.tsx";
import { dayText, trendOption } from "../charts.ts";
import type { Day, Definition, Figure, Overview } from "../contract.ts";
import { pointValue, said, valueText } from "../figures.ts";
import { useLoad } from "../load.ts";
import { ChartPanel } from "../panel.tsx";
import { askedFor, before, dayIn } from "../place.ts";
import { DataTable } from "../table.tsx";
import { useBoard, useDrawing } from "../use.ts";
import { HUMAN } from "./handoffs.tsx";

/** What one wants to know first, where the server counts it. */
const HEADLINE = ["contacts", "answer_rate", "confirmed", "assumed", "containment", "returned_24h", "handoff_rate", "csat"];
const HEADLINES = 8;

/** The rest by what it is about; what humans do has a view of its own. */
const GROUPS = {
  questions: ["requests", "involvement", "coverage", "fallback_rate", "clarify_rate", "out_of_scope", "unanswered"],
  outcomes: ["automation", "revoked", "abandonment", "returned_7d", "guided", "flow_success", "response_rate"],
  checks: ["check_failure_rate", "check_confirmed", "eligible", "ineligible", "in_review"],
  care: ["right_explanation", "right_review", "appeals", "appeal_completion", "appeals_refused", "scam_warnings", "distress", "masked"],
} as const;
const LINES = 3;
const HEIGHT = 300;

export function OverviewView() {
  const { overview, definitions, w } = useBoard();
  const { data } = overview;
  if (!data) return <CardsWait n={HEADLINES} />;
  const [first, rest] = split(data);
  const tail = tailOf(data, definitions.zone);
  return (
    <div className="view" aria-busy={overview.busy}>
      <section className="headline" aria-label={w.overview.headline}>
        <Cards figures={first} series={data.series} tail={tail} />
      </section>
      <Trend data={data} />
      {rest.map(([name, figures]) => (
        <section key={name} className="more-figures" aria-label={w.overview.groups[name]}>
          <h2>{w.overview.groups[name]}</h2>
          <Cards figures={figures} series={data.series} tail={tail} />
        </section>
      ))}
    </div>
  );
}

type GroupName = keyof typeof GROUPS | "others";

/** The headline, and the rest in groups; figures that are new to this page come last. */
function split({ figures }: Overview): [Figure[], [GroupName, Figure[]][]] {
  const of = (ids: readonly string[]): Figure[] => ids.flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
  const groups = (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((name): [GroupName, Figure[]] => [name, of(GROUPS[name])]);
  const known = [...HEADLINE, ...HUMAN, ...Object.values(GROUPS).flat()];
  const others = figures.filter(({ id }) => !known.includes(id));
  return [of(HEADLINE), [...groups, ["others", others] as [GroupName, Figure[]]].filter(([, list]) => list.length > 0)];
}

function firstProvisional({ series, provisional_from: from }: Overview, zone: string): string {
  if (!from) return "";
  const day = dayIn(zone, new Date(from));
  return series.find((one) => one.day >= day)?.day ?? "";
}

function tailOf(data: Overview, zone: string): number {
  const first = firstProvisional(data, zone);
  return first ? data.series.filter(({ day }) => day >= first).length : 0;
}

function Trend({ data }: { data: Overview }) {
  const { w, overview, place, period, client, tick, definitions, locale } = useBoard();
  const counted = definitions.figures.filter(({ id }) => data.series.some((day) => day.values?.[id] !== undefined));
  const chosen = place.lines.length ? place.lines : ["contacts", "answer_rate"];
  const lines = chosen.flatMap((id) => counted.find((one) => one.id === id) ?? []).slice(0, LINES);
  const shown = lines.length ? lines : counted.slice(0, 1);
  const compares = place.compare && shown.length === 1;
  const query = compares ? askedFor(before(period), { ...place, compare: false }, locale) : null;
  const earlier = useLoad(query ? `overview ${query}` : "", tick, (signal) => client.overview(query!, signal));
  const previous = (compares && earlier.data?.series) || [];
  return (
    <ChartPanel
      id="trend" title={w.overview.trend} loaded={overview} empty={() => counted.length === 0 || data.series.length === 0} emptyText={w.empty.text} wide height={HEIGHT} aside={<LinePicker counted={counted} shown={shown} />}
      chart={() => <TrendChart days={data.series} before={previous} lines={shown} provisional={firstProvisional(data, definitions.zone)} />}
    >
      {() => <TrendTable days={data.series} lines={shown} />}
    </ChartPanel>
  );
}

function LinePicker({ counted, shown }: { counted: Definition[]; shown: Definition[] }) {
  const { w, go, locale } = useBoard();
  const units = new Set(shown.map(({ unit }) => unit));
  const options = counted.map(({ id, name, unit }) => ({ value: id, label: said(name, locale), disabled: units.size >= 2 && !units.has(unit) }));
  return (
    <Select
      mode="multiple" className="line-picker" size="small" aria-label={w.overview.lines} title={w.overview.lines} maxCount={LINES} value={shown.map(({ id }) => id)} options={options} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: "label" }}
      onChange={(lines) => go({ lines })}
    />
  );
}

function TrendChart({ days, before: previous, lines, provisional }: { days: Day[]; before: Day[]; lines: Definition[]; provisional: string }) {
  const drawing = useDrawing();
  const { w, locale } = drawing;
  const option = useMemo(() => trendOption({ days, before: previous, lines, provisional }, drawing), [days, previous, lines.map(({ id }) => id).join(), provisional, drawing]);
  return <Chart option={option} height={HEIGHT} label={`${w.overview.trend}: ${lines.map(({ name }) => said(name, locale)).join(", ")}. ${w.chart.asTable}`} />;
}

function TrendTable({ days, lines }: { days: Day[]; lines: Definition[] }) {
  const { w, locale } = useBoard();
  const columns = lines.map((one) => ({ head: said(one.name, locale), number: true, cell: (day: Day) => valueText(pointValue(day.values?.[one.id]), one.unit, locale) }));
  return <DataTable label={w.overview.trend} rows={days.toReversed()} keyOf={({ day }) => day} columns={[{ head: w.overview.day, names: true, cell: ({ day }: Day) => dayText(day, locale) }, ...columns]} />;
}
