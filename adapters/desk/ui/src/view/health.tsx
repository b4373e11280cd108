import { canTalk, healthOf, queueName } from "../board.ts";
import { duration } from "../clock.ts";
import { useShared } from "./use.ts";

/** How each line stands: for leads. */
export function QueueHealth({ now }: { now: number }) {
  const { state, w } = useShared();
  const rows = healthOf(state.entries.values(), state.queues, state.presence, now);
  const perQueue = rows.some((row) => row.online !== null);
  const online = state.presence.filter(canTalk).length;
  if (rows.length === 0) return null;
  return (
    <div className="health" tabIndex={0} role="region" aria-label={w.health.title}>
      <table>
        <caption>
          {w.health.title} <span className="soft">{w.health.total(online)}</span>
        </caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{w.health.waiting}</th>
            <th scope="col">{w.health.longest}</th>
            <th scope="col">{w.health.late}</th>
            <th scope="col">{perQueue ? w.health.online : w.health.active}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.queue}>
              <th scope="row">{queueName(row.queue, state.queues, state.prefs.locale) || w.health.none}</th>
              <td>{row.waiting}</td>
              <td>{row.waiting ? duration(row.longest) : w.health.none}</td>
              <td className={row.breaches ? "late" : ""}>{row.breaches}</td>
              <td>{perQueue ? row.online : row.active}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
