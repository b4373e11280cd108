import Alert from "antd/es/alert";
import Button from "antd/es/button";
import { useEffect, useState } from "react";
import { fullTime } from "../clock.ts";
import type { AuditRow } from "../protocol.ts";
import type { Words } from "../words.ts";
import { Empty } from "./empty.tsx";
import { useShared } from "./use.ts";

/** Who did and saw what, what was read last on top. */
export function Audit() {
  const { desk, w } = useShared();
  const [rows, setRows] = useState<AuditRow[]>([]);
  const [whole, setWhole] = useState(true);
  const [phase, setPhase] = useState<"busy" | "ready" | "end" | "failed">("busy");
  const load = async (after: number) => {
    setPhase("busy");
    try {
      const page = await desk.api.audit(after);
      setRows((known) => (after ? [...known, ...page.entries] : page.entries));
      setWhole((before) => (after === 0 || before) && page.whole !== false);
      setPhase(page.more ? "ready" : "end");
    } catch {
      setPhase("failed");
    }
  };
  useEffect(() => void load(0), []);
  return (
    <main className="sheet">
      <h2>{w.admin.audit}</h2>
      {!whole && <Alert type="error" showIcon title={w.admin.broken} role="alert" />}
      {phase === "failed" && <p role="alert" className="field-error">{w.admin.failed}</p>}
      {rows.length === 0 && phase === "end" && <Empty title={w.admin.empty} text="" />}
      {rows.length > 0 && <Rows rows={rows} />}
      <Button loading={phase === "busy"} onClick={() => void load(rows.at(-1)?.seq ?? 0)}>
        {w.admin.more}
      </Button>
    </main>
  );
}

/** How a conversation ended is recorded as one word. */
function detailOf({ action, detail = "" }: AuditRow, w: Words): string {
  const ends: Record<string, string> = { yes: w.resolveDialog.yes, no: w.resolveDialog.no, unknown: w.resolveDialog.unknown };
  return (action === "resolve" && ends[detail]) || detail;
}

function Rows({ rows }: { rows: AuditRow[] }) {
  const { state, w } = useShared();
  const names = [w.admin.time, w.admin.who, w.admin.what, w.admin.which, w.admin.detail, w.admin.from];
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={w.admin.audit}>
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.seq}>
              <td>{fullTime(row.at, state.prefs.locale)}</td>
              <td>{row.user}</td>
              <td>{w.admin.action(row.action ?? "")}</td>
              <td>{row.conversation}</td>
              <td>{detailOf(row, w)}</td>
              <td>{row.from}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
