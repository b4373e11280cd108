import Alert from "antd/es/alert";
import Input from "antd/es/input";
import Modal from "antd/es/modal";
import { useState } from "react";
import { isMine } from "../board.ts";
import type { Entry } from "../protocol.ts";
import { Refusal } from "../api.ts";
import { focusOn } from "./keys.ts";
import { PasswordDialog } from "./password.tsx";
import { ResolveDialog } from "./resolve.tsx";
import { TransferDialog } from "./transfer.tsx";
import { useShared } from "./use.ts";

/** The window that is open, if any. A conversation that goes away takes its window along. */
export function Dialogs() {
  const { state } = useShared();
  const entry = state.entries.get(state.selected);
  const mine = !!entry && !!state.me && isMine(entry, state.me);
  switch (state.dialog) {
    case "help":
      return <HelpDialog />;
    case "password":
      return <PasswordDialog />;
    case "reveal":
      return entry ? <RevealDialog entry={entry} /> : null;
    case "transfer":
      return entry && mine ? <TransferDialog entry={entry} /> : null;
    case "resolve":
      return entry && mine ? <ResolveDialog entry={entry} /> : null;
    default:
      return null;
  }
}

function HelpDialog() {
  const { desk, w } = useShared();
  return (
    <Modal open title={w.shortcuts.title} footer={null} onCancel={() => desk.show({ dialog: "" })}>
      <p className="soft">{w.shortcuts.lead}</p>
      <dl className="keys">
        {w.shortcuts.rows.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

const SHORTEST_REASON = 3; // as the server wants it

function RevealDialog({ entry }: { entry: Entry }) {
  const { desk, w } = useShared();
  const [reason, setReason] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const close = () => desk.show({ dialog: "" });
  const go = async () => {
    if ([...reason.trim()].length < SHORTEST_REASON) return setError(w.revealDialog.need);
    setBusy(true);
    try {
      await desk.reveal(entry.conversation, reason.trim());
      close();
    } catch (cause) {
      setError(cause instanceof Refusal && cause.status === 403 ? w.refusal("forbidden") : w.revealDialog.failed);
      setBusy(false);
    }
  };
  return (
    <Modal open title={w.revealDialog.title} okText={w.revealDialog.go} cancelText={w.cancel} confirmLoading={busy} onOk={() => void go()} onCancel={close} afterOpenChange={(open) => open && focusOn("reveal-reason")}>
      <p className="soft">{w.revealDialog.lead}</p>
      <div className="form">
        <label className="field" htmlFor="reveal-reason">{w.revealDialog.reason}</label>
        <Input id="reveal-reason" maxLength={200} value={reason} placeholder={w.revealDialog.placeholder} onChange={(event) => setReason(event.target.value)} onPressEnter={() => void go()} />
      </div>
      {error && <Alert className="dialog-error" type="error" title={error} role="alert" />}
    </Modal>
  );
}
