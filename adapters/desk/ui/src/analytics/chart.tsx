import Skeleton from "antd/es/skeleton";
import type { ECElementEvent, EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef, useState } from "react";

/** Asked for with the page, so that it comes while the figures are still under way. */
const engine = import("./echarts.ts");

interface Props {
  option: EChartsCoreOption;
  label: string; // what those hear who do not see it
  height: number;
  least?: number; // narrower than this it scrolls in its box
  onPick?: (event: ECElementEvent) => void;
}

/** A chart on a canvas, as wide as there is room. */
export function Chart({ option, label, height, least, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const [chart, setChart] = useState<EChartsType | null>(null);
  useEffect(() => {
    let drawn: EChartsType | null = null;
    let gone = false;
    const observer = new ResizeObserver(() => drawn?.resize());
    void engine.then(({ init }) => {
      if (gone || !box.current) return;
      drawn = init(box.current, null, { renderer: "canvas" });
      drawn.on("click", (event) => pick.current?.(event));
      observer.observe(box.current);
      setChart(drawn);
    });
    return () => {
      gone = true;
      observer.disconnect();
      drawn?.dispose();
    };
  }, []);
  useEffect(() => {
    if (chart && !chart.isDisposed()) chart.setOption(option, { notMerge: true });
  }, [chart, option]);
  return (
    <div className="chart-frame" style={{ height }} tabIndex={least ? 0 : undefined}>
      {!chart && <Skeleton.Node active className="chart-wait" />}
      <div ref={box} className="chart" role="img" aria-label={label} style={{ height, minWidth: least }} />
    </div>
  );
}
