import DownloadOutlined from "@ant-design/icons/es/icons/DownloadOutlined";
import FilterOutlined from "@ant-design/icons/es/icons/FilterOutlined";
import LinkOutlined from "@ant-design/icons/es/icons/LinkOutlined";
import Button from "antd/es/button";
import Popover from "antd/es/popover";
import Segmented from "antd/es/segmented";
import Select from "antd/es/select";
import { useState } from "react";
import { exportAddress } from "./client.ts";
import { CopyButton } from "./copy.tsx";
import { addressOf, before, dayAfter, FILTERS, isDay, type FilterName } from "./place.ts";
import { useBoard } from "./use.ts";

export function Controls() {
  const { place, go, w } = useBoard();
  const [open, unfold] = useState(false);
  const set = FILTERS.filter((name) => place.filters[name]);
  return (
    <div className="controls">
      <PeriodPicker />
      <span className="grow" />
      <Button className="filters-button" icon={<FilterOutlined />} aria-expanded={open} onClick={() => unfold(!open)}>
        {w.filters.label}
        {set.length > 0 && ` (${set.length})`}
      </Button>
      <Share />
      <Export />
      <div className="filters" data-open={open} role="group" aria-label={w.filters.label}>
        {FILTERS.map((name) => (
          <Filter key={name} name={name} />
        ))}
        {set.length > 0 && (
          <Button type="link" onClick={() => go({ filters: { product: "", locale: "", cause: "", channel: "", version: "" } })}>
            {w.filters.clear}
          </Button>
        )}
      </div>
    </div>
  );
}

function PeriodPicker() {
  const { place, period, go, w } = useBoard();
  const choose = (days: number) => go(days ? { days, from: "", to: "" } : { days: 0, ...period });
  const move = (change: { from?: string; to?: string }) => {
    const next = { ...period, ...change };
    if (!isDay(next.from) || !isDay(next.to)) return;
    if (next.from > next.to) next[change.from ? "to" : "from"] = next[change.from ? "from" : "to"];
    go({ days: 0, ...next });
  };
  const earlier = before(period);
  return (
    <div className="period" role="group" aria-label={w.period.label}>
      <Segmented<number>
        aria-label={w.period.label} value={place.days} onChange={choose}
        options={[...[7, 30, 90].map((value) => ({ value, label: w.period.days(value) })), { value: 0, label: w.period.custom }]}
      />
      {place.days === 0 && (
        <span className="dates">
          <input type="date" aria-label={w.period.from} value={period.from} max={period.to} min={dayAfter(period.to, -730)} onChange={(event) => move({ from: event.target.value })} />
          <span aria-hidden="true">–</span>
          <input type="date" aria-label={w.period.to} value={period.to} onChange={(event) => move({ to: event.target.value })} />
        </span>
      )}
      <Button type={place.compare ? "default" : "text"} className={place.compare ? "compare on" : "compare"} aria-pressed={place.compare} title={w.period.compareHint(earlier.from, earlier.to)} onClick={() => go({ compare: !place.compare })}>
        <span aria-hidden="true">{place.compare ? "✓ " : ""}</span>
        {w.period.compare}
      </Button>
    </div>
  );
}

function Filter({ name }: { name: FilterName }) {
  const { place, go, w, overview, cause } = useBoard();
  const known = overview.data?.filters;
  const values = { product: known?.products, locale: known?.locales, channel: known?.channels, version: known?.versions, cause: known?.causes.map(({ id }) => id) }[name] ?? [];
  const chosen = place.filters[name];
  const all = chosen && !values.includes(chosen) ? [chosen, ...values] : values;
  const label = (value: string): string => (name === "cause" ? cause(value) : name === "locale" ? w.filters.languages[value] : name === "channel" ? w.filters.channels[value] : "") || value;
  const options = [{ value: "", label: `${w.filters[name]}: ${w.filters.all}` }, ...all.filter(Boolean).map((value) => ({ value, label: label(value) }))];
  return (
    <Select
      className={chosen ? "filter on" : "filter"} aria-label={w.filters[name]} value={chosen} options={options} popupMatchSelectWidth={false} showSearch={name === "cause" ? { optionFilterProp: "label" } : false}
      onChange={(value) => go({ filters: { ...place.filters, [name]: value } })}
    />
  );
}

/** The link names the days themselves: it shows the same tomorrow. */
function Share() {
  const { place, period, w } = useBoard();
  return (
    <CopyButton icon={<LinkOutlined />} text={() => location.origin + addressOf({ ...place, days: 0, ...period })}>
      {w.share}
    </CopyButton>
  );
}

function Export() {
  const { definitions, asked, w } = useBoard();
  const rows: { name: string; what: Record<string, string> }[] = [
    { name: w.exports.what.figures, what: { what: "figures" } },
    { name: w.exports.what.contacts, what: { what: "contacts" } },
    ...definitions.kinds.map(({ kind }) => ({ name: `${w.exports.what.keys} · ${w.kind(kind)}`, what: { what: "keys", kind } })),
  ];
  const content = (
    <div className="exports">
      <p className="soft">{w.exports.hint}</p>
      <ul>
        {rows.map(({ name, what }) => (
          <li key={name}>
            <span>{name}</span>
            {(["csv", "parquet"] as const).map((format) => (
              <a key={format} href={exportAddress({ ...what, format }, asked)} download aria-label={`${name} ${w.exports[format]}`}>
                {w.exports[format]}
              </a>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
  return (
    <Popover content={content} trigger="click" placement="bottomRight">
      <Button icon={<DownloadOutlined />} aria-haspopup="true">
        <span className="button-words">{w.exports.label}</span>
      </Button>
    </Popover>
  );
}
