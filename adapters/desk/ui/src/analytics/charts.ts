// The options of each chart: from what the server says to what ECharts draws.

import type { EChartsCoreOption } from "echarts/core";
import type { Locale } from "../protocol.ts";
import type { Day, Definition, KeyRow } from "./contract.ts";
import { count, pointValue, said, share, valueText } from "./figures.ts";
import { axes, common, type Look } from "./look.ts";
import type { Flow } from "./paths.ts";
import type { Words } from "./words.ts";

export interface Drawing {
  look: Look;
  w: Words;
  locale: Locale;
  narrow: boolean;
}

export interface Trend {
  days: Day[];
  before: Day[]; // of the period before, or none
  lines: Definition[];
  provisional: string; // the first day that may still change, or ""
}

const plain = (unit: string): "count" | "share" | "ms" | "ratio" => (unit === "share" || unit === "ms" || unit === "ratio" ? unit : "count");

export function trendOption({ days, before, lines, provisional }: Trend, { look, w, locale, narrow }: Drawing): EChartsCoreOption {
  const { label, line, split } = axes(look);
  const units = [...new Set(lines.map((one) => plain(one.unit)))].slice(0, 2);
  const axisOf = (one: Definition): number => Math.max(0, units.indexOf(plain(one.unit)));
  const series = lines.map((one, at) => ({
    name: said(one.name, locale), type: "line", yAxisIndex: axisOf(one), showSymbol: days.length < 2, symbolSize: 6, lineStyle: { width: 2.5 }, itemStyle: { color: look.lines[at % 3] }, emphasis: { focus: "none" },
    data: days.map((day) => pointValue(day.values?.[one.id])), tooltip: { valueFormatter: (value: unknown) => valueText(value as number | null, one.unit, locale) },
    markArea: at === 0 && provisional ? { silent: true, itemStyle: { color: look.shade }, data: [[{ xAxis: provisional }, { xAxis: days.at(-1)?.day ?? provisional }]] } : undefined,
  }));
  const first = lines[0];
  const earlier = first && before.length ? [{
    name: `${said(first.name, locale)} (${w.overview.previous})`, type: "line", yAxisIndex: 0, showSymbol: false, lineStyle: { width: 1.5, type: "dashed" }, itemStyle: { color: look.soft },
    data: days.map((_, at) => pointValue(before[at]?.values?.[first.id])), tooltip: { valueFormatter: (value: unknown) => valueText(value as number | null, first.unit, locale) },
  }] : [];
  return {
    ...common(look),
    tooltip: { ...(common(look).tooltip as object), trigger: "axis", axisPointer: { lineStyle: { color: look.soft } } },
    legend: { bottom: 0, textStyle: { color: look.ink, fontSize: 12 }, icon: "roundRect", itemWidth: 14, itemHeight: 4, inactiveColor: look.soft },
    grid: { left: 8, right: units.length > 1 ? 8 : 20, top: 20, bottom: narrow && lines.length > 1 ? 56 : 34, containLabel: true },
    xAxis: { type: "category", boundaryGap: false, data: days.map((day) => day.day), axisLabel: { ...label, hideOverlap: true, formatter: (day: string) => dayText(day, locale) }, axisLine: line, axisTick: { show: false } },
    yAxis: (units.length ? units : ["count" as const]).map((unit, at) => ({
      type: "value", position: at ? "right" : "left", axisLabel: { ...label, formatter: (value: number) => (unit === "share" ? share(value, locale, 0) : unit === "ms" ? valueText(value, "ms", locale) : count(value, locale)) },
      splitLine: at ? { show: false } : split, min: unit === "share" ? (range: { min: number }) => Math.max(0, Math.floor((range.min - 0.05) * 10) / 10) : 0, max: unit === "share" ? (range: { max: number }) => Math.min(1, Math.ceil((range.max + 0.02) * 10) / 10) : undefined, minInterval: unit === "count" ? 1 : undefined,
    })),
    series: [...series, ...earlier],
  };
}

export function dayText(day: string, locale: Locale): string {
  const [, month, date] = day.split("-").map(Number);
  return locale === "en" ? new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`)) : `${month}月${date}日`;
}

/** Cells by hour of the week, Monday first. */
export function hoursOption(cells: number[], { look, w, locale, narrow }: Drawing): EChartsCoreOption {
  const { label } = axes(look);
  const most = Math.max(1, ...cells);
  return {
    ...common(look),
    tooltip: { ...(common(look).tooltip as object), formatter: ({ value }: { value: [number, number, number] }) => w.paths.hourCell(w.paths.weekdays[value[1]] ?? "", value[0], count(value[2], locale)) },
    grid: { left: 8, right: 8, top: 8, bottom: 44, containLabel: true },
    xAxis: { type: "category", data: Array.from({ length: 24 }, (_, hour) => String(hour)), axisLabel: { ...label, interval: narrow ? 5 : 1 }, axisLine: { show: false }, axisTick: { show: false } },
    yAxis: { type: "category", inverse: true, data: w.paths.weekdays, axisLabel: label, axisLine: { show: false }, axisTick: { show: false } },
    visualMap: { min: 0, max: most, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 140, itemWidth: 10, text: [count(most, locale), "0"], textStyle: { color: look.soft }, inRange: { color: look.scale } },
    series: [{ type: "heatmap", data: cells.map((n, at) => [at % 24, Math.floor(at / 24), n]), itemStyle: { borderColor: look.panel, borderWidth: 2, borderRadius: 4 }, emphasis: { itemStyle: { borderColor: look.ink } } }],
  };
}

const SANKEY_COLUMNS = 3;

export function sankeyOption({ nodes, links }: Flow, { look, w, locale }: Drawing): EChartsCoreOption {
  const titles = new Map(nodes.map((node) => [node.id, node.title]));
  const column = [look.lines[0], look.lines[1]];
  return {
    ...common(look),
    animation: false,
    tooltip: {
      ...(common(look).tooltip as object),
      formatter: ({ dataType, data, value }: { dataType: string; data: { source: string; target: string; name: string }; value: number }) =>
        `${dataType === "edge" ? `${titles.get(data.source)} → ${titles.get(data.target)}` : titles.get(data.name)}\n${w.paths.contacts} ${count(value, locale)}`,
    },
    series: [{
      type: "sankey", left: 4, right: 110, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 10, layoutIterations: 24, draggable: false, emphasis: { focus: "adjacency" },
      label: { color: look.ink, fontSize: 12, width: 180, overflow: "truncate", formatter: ({ name }: { name: string }) => titles.get(name) ?? "", textBorderColor: look.panel, textBorderWidth: 2 },
      lineStyle: { color: "gradient", opacity: 0.32, curveness: 0.5 },
      data: nodes.map((node) => ({
        name: node.id, depth: node.column, itemStyle: { color: node.column === SANKEY_COLUMNS - 1 ? (look.outcomes[node.key] ?? look.soft) : column[node.column], borderWidth: 0 },
      })),
      links,
    }],
  };
}

export function waitsOption(rows: KeyRow[], bit: string, { look, w, locale }: Drawing): EChartsCoreOption {
  const { label, line, split } = axes(look);
  return {
    ...common(look),
    tooltip: { ...(common(look).tooltip as object), trigger: "item", formatter: ({ name, value }: { name: string; value: number }) => `${name}\n${w.handoffs.contacts} ${count(value, locale)}` },
    grid: { left: 8, right: 8, top: 28, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: rows.map((row) => row.label || row.key), axisLabel: { ...label, interval: 0, hideOverlap: true }, axisLine: line, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: label, splitLine: split },
    series: [{ type: "bar", barMaxWidth: 44, itemStyle: { color: look.lines[0], borderRadius: [4, 4, 0, 0] }, label: { show: true, position: "top", color: look.ink, formatter: ({ value }: { value: number }) => count(value, locale) }, data: rows.map((row) => row.counts[bit] ?? 0) }],
  };
}
