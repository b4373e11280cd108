import type { CSSProperties } from "react";
import { share } from "./figures.ts";
import { useBoard } from "./use.ts";

/** A bar behind a number, as long as its part of the largest. */
export function Bar({ value, of, tone = "" }: { value: number; of: number; tone?: string }) {
  return (
    <span className={`bar ${tone}`} aria-hidden="true">
      <span style={{ width: `${of > 0 ? Math.min(100, (value / of) * 100) : 0}%` }} />
    </span>
  );
}

interface Interval {
  value: number;
  low: number;
  high: number;
  label: string;
}

/** A share with the interval it lies in, from 0 to 1. */
export function IntervalBar({ value, low, high, label }: Interval) {
  const at = (part: number): string => `${(part * 100).toFixed(1)}%`;
  return (
    <span className="interval" role="img" aria-label={label}>
      <span className="interval-line" style={{ left: at(low), width: at(high - low) } as CSSProperties} />
      <span className="interval-dot" style={{ left: at(value) } as CSSProperties} />
    </span>
  );
}

/** Of how many, as a share that says nothing where there are none. */
export function Part({ n, of }: { n: number | undefined; of: number | undefined }) {
  const { locale } = useBoard();
  return <>{of ? share((n ?? 0) / of, locale, 0) : "—"}</>;
}
