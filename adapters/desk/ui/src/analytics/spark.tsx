interface Props {
  values: (number | null)[];
  label: string;
  tail?: number; // how many at the end may still change
  zero?: boolean; // begins at nought, for what is counted in ones
}

const WIDTH = 120;
const HEIGHT = 32;
const EDGE = 2;

/** A line as small as a word. */
export function Spark({ values, label, tail = 0, zero = false }: Props) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return <span className="spark" />;
  const low = zero ? 0 : Math.min(...known);
  const high = Math.max(...known);
  const x = (at: number): number => EDGE + (at / (values.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number): number => (high === low ? HEIGHT / 2 : HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE));
  const points = values.map((value, at) => (value === null ? null : `${x(at).toFixed(1)},${y(value).toFixed(1)}`));
  const firm = values.length - tail;
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline points={joined(points.slice(0, firm))} />
      {tail > 0 && <polyline className="tail" points={joined(points.slice(Math.max(0, firm - 1)))} />}
    </svg>
  );
}

const joined = (points: (string | null)[]): string => points.filter((point) => point !== null).join(" ");
