import Button from "antd/es/button";
import { useEffect, useState } from "react";
import { fullTime } from "../clock.ts";
import type { AuditRow } from "../protocol.ts";
import { Empty } from "./empty.tsx";
import { useShared } from "./use.ts";

/** Who did and saw what, as the audit log has it. */
export function Audit() {
  const { desk, state, w } = useShared();
  const [rows, setRows] = useState<AuditRow[]>([]);
  const [phase, setPhase] = useState<"busy" | "ready" | "end" | "failed">("busy");
  const load = async (after: string) => {
    setPhase("busy");
    try {
      const more = await desk.api.audit(after);
      setRows((known) => (after ? [...known, ...more] : more));
      setPhase(more.length ? "ready" : "end");
    } catch {
      setPhase("failed");
    }
  };
  useEffect(() => void load(""), []);
  const last = rows.at(-1);
  return (
    <main className="sheet">
      <h2>{w.admin.audit}</h2>
      {phase === "failed" && <p role="alert" className="field-error">{w.admin.failed}</p>}
      {rows.length === 0 && phase === "end" && <Empty title={w.admin.empty} text="" />}
      {rows.length > 0 && (
        <div className="table-frame" tabIndex={0} role="region" aria-label={w.admin.audit}>
          <table>
            <thead>
              <tr>
                {[w.admin.time, w.admin.who, w.admin.what, w.admin.which, w.admin.detail].map((name) => (
                  <th key={name} scope="col">{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <tr key={i}>
                  <td>{fullTime(row.at, state.prefs.locale)}</td>
                  <td>{row.user}</td>
                  <td>{row.action}</td>
                  <td>{row.conversation}</td>
                  <td>{typeof row.detail === "string" || row.detail === undefined ? row.detail : JSON.stringify(row.detail)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {phase !== "end" && (
        <Button loading={phase === "busy"} onClick={() => void load(String(last?.seq ?? last?.id ?? ""))}>
          {w.admin.more}
        </Button>
      )}
    </main>
  );
}
