import Button from "antd/es/button";
import type { Alert } from "./contract.ts";
import { count } from "./figures.ts";
import { useLoad } from "./load.ts";
import { useBoard } from "./use.ts";

/** What is unlike usual just now. Says nothing where all is as usual, or nobody knows. */
export function Alerts() {
  const { client, asked, tick, locale, w } = useBoard();
  const { data } = useLoad(`alerts ${locale}`, tick, (signal) => client.alerts(asked, signal));
  if (!data?.length) return null;
  return (
    <section className="alerts" aria-label={w.alerts.label} role="status">
      {data.map((alert) => (
        <One key={alert.id} alert={alert} />
      ))}
    </section>
  );
}

function One({ alert }: { alert: Alert }) {
  const { w, locale, open, go, cause, when } = useBoard();
  const name = alert.name || cause(alert.key ?? "");
  const title = alert.kind === "cause" ? w.alerts.cause(name) : alert.kind === "unanswered" ? w.alerts.unanswered : w.alerts.other(name || alert.kind);
  const look = () => (alert.kind === "unanswered" ? go({ view: "unanswered" }) : open({ kind: "cause", key: alert.key ?? "", bit: "told" }));
  return (
    <div className="alert">
      <strong>{title}</strong>
      {alert.count !== undefined && alert.expected !== undefined && <span>{w.alerts.numbers(count(alert.count, locale), count(alert.expected, locale))}</span>}
      {alert.since && <span>{w.alerts.since(when(alert.since))}</span>}
      {alert.incident && <span>{w.alerts.incident}</span>}
      {(alert.kind === "unanswered" || alert.kind === "cause") && (
        <Button size="small" onClick={look}>
          {w.alerts.look}
        </Button>
      )}
    </div>
  );
}
