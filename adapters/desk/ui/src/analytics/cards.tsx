import InfoCircleOutlined from "@ant-design/icons/es/icons/InfoCircleOutlined";
import Button from "antd/es/button";
import Popover from "antd/es/popover";
import Skeleton from "antd/es/skeleton";
import { useState } from "react";
import type { Day, Definition, Figure } from "./contract.ts";
import { changeOf, count, pointValue, said, share, valueText } from "./figures.ts";
import { Spark } from "./spark.tsx";
import { useBoard } from "./use.ts";

interface Props {
  figures: Figure[];
  series: Day[];
  tail: number; // days that may still change
}

export function Cards({ figures, series, tail }: Props) {
  const { definitions } = useBoard();
  return (
    <div className="cards">
      {figures.map((figure) => {
        const definition = definitions.figures.find((one) => one.id === figure.id);
        return definition && <Card key={figure.id} figure={figure} definition={definition} series={series} tail={tail} />;
      })}
    </div>
  );
}

export function CardsWait({ n }: { n: number }) {
  return (
    <div className="cards" aria-busy="true">
      {Array.from({ length: n }, (_, at) => (
        <div key={at} className="figure">
          <Skeleton active title={false} paragraph={{ rows: 3 }} />
        </div>
      ))}
    </div>
  );
}

function Card({ figure, definition, series, tail }: { figure: Figure; definition: Definition } & Omit<Props, "figures">) {
  const { w, locale, open } = useBoard();
  const name = said(definition.name, locale);
  const days = series.map((day) => pointValue(day.values?.[figure.id]));
  return (
    <article className="figure" aria-label={name}>
      <header>
        <h3>{name}</h3>
        <Explain figure={figure} definition={definition} />
      </header>
      <div className="figure-line">
        <button type="button" className="figure-value" title={w.figure.open} onClick={() => open({ figure: figure.id })}>
          {valueText(figure.value, definition.unit, locale)}
          <span className="unseen"> {w.figure.open}</span>
        </button>
        <ChangeMark figure={figure} definition={definition} />
      </div>
      <p className="figure-of soft">{ofText(figure, definition, w, locale)}</p>
      <Spark values={days} tail={tail} label={w.figure.spark(name)} />
    </article>
  );
}

function ofText(figure: Figure, { unit }: Definition, w: ReturnType<typeof useBoard>["w"], locale: ReturnType<typeof useBoard>["locale"]): string {
  if (figure.value === null) return w.figure.none;
  if (unit === "count" || !figure.den) return "";
  return unit === "ms" ? w.figure.average(count(figure.den, locale)) : w.figure.of(count(figure.num, locale), count(figure.den, locale));
}

export function ChangeMark({ figure, definition }: { figure: Pick<Figure, "value" | "num" | "den" | "previous">; definition: Pick<Definition, "unit" | "better"> }) {
  const { place, w, locale } = useBoard();
  if (!place.compare || figure.value === null) return null;
  const change = changeOf(figure, figure.previous, definition, locale);
  if (!change) return <span className="change soft">{w.figure.noCompare}</span>;
  const mood = change.good === null ? "" : change.good ? " good" : " bad";
  return (
    <span className={`change${mood}`}>
      <span aria-hidden="true">{change.text.startsWith("±") ? "" : change.up ? "▲ " : "▼ "}</span>
      {change.text}
      {change.good !== null && <span className="unseen"> {change.good ? w.figure.better : w.figure.worse}</span>}
    </span>
  );
}

/** How a figure is counted. */
function Explain({ figure, definition }: { figure: Figure; definition: Definition }) {
  const { w, locale } = useBoard();
  const [shown, show] = useState(false);
  const name = said(definition.name, locale);
  const rows: [string, string][] = [
    [w.figure.numerator, `${said(definition.numerator, locale)} = ${valueText(figure.num, definition.unit === "ms" ? "ms" : "count", locale)}`],
    [w.figure.denominator, definition.denominator ? `${said(definition.denominator, locale)} = ${count(figure.den ?? 0, locale)}` : ""],
    [w.figure.interval, typeof figure.low === "number" && typeof figure.high === "number" && definition.unit === "share" ? `${share(figure.low, locale)} – ${share(figure.high, locale)}` : ""],
    [w.figure.previous, figure.previous ? valueText(figure.previous.value, definition.unit, locale) : ""],
    [w.figure.source, said(definition.source, locale)],
  ];
  const content = (
    <div className="explain">
      <strong>{name}</strong>
      <p>{said(definition.means, locale)}</p>
      <dl>
        {rows.filter(([, text]) => text).map(([term, text]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
  return (
    <Popover content={content} trigger="click" open={shown} onOpenChange={show}>
      <Button
        className="explain-button" type="text" size="small" icon={<InfoCircleOutlined />} aria-label={w.figure.explain(name)} aria-expanded={shown}
        onKeyDown={(event) => event.key === "Escape" && show(false)}
      />
    </Popover>
  );
}
