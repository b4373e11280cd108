import Input from "antd/es/input";
import Modal from "antd/es/modal";
import Segmented from "antd/es/segmented";
import Select from "antd/es/select";
import { useState } from "react";
import { canTalk, queueName } from "../board.ts";
import { calledIn, type Entry } from "../protocol.ts";
import { focusOn } from "./keys.ts";
import { useShared } from "./use.ts";

type Kind = "queue" | "person";

/** Hands a conversation to another line or to a colleague. */
export function TransferDialog({ entry }: { entry: Entry }) {
  const { desk, state, w } = useShared();
  const [kind, setKind] = useState<Kind>("queue");
  const [queue, setQueue] = useState<string>();
  const [user, setUser] = useState<string>();
  const [note, setNote] = useState("");
  const close = () => desk.show({ dialog: "" });
  const t = w.transferDialog;
  const colleagues = state.presence.filter((one) => one.user !== state.me!.user && canTalk(one)).sort((a, b) => a.load - b.load);
  const to = colleagues.find((one) => one.user === user);
  const ready = kind === "queue" ? !!queue : !!to;
  const go = () => {
    if (note.trim()) desk.note(entry, note.trim());
    if (kind === "queue" && queue) desk.transfer(entry, { queue });
    if (kind === "person" && to) desk.transfer(entry, { to: { id: to.user, name: to.name } });
    close();
  };
  return (
    <Modal open title={t.title} okText={t.go} cancelText={w.cancel} okButtonProps={{ disabled: !ready }} onOk={go} onCancel={close} afterOpenChange={(open) => open && focusOn("transfer-queue")}>
      <div className="form">
        <Segmented<Kind> block value={kind} onChange={setKind} options={[{ value: "queue", label: t.queue }, { value: "person", label: t.person }]} />
        {kind === "queue" && (
          <Select
            id="transfer-queue" aria-label={t.pickQueue} placeholder={t.pickQueue} value={queue} onChange={setQueue}
            options={state.queues.filter(({ id }) => id !== entry.queue).map(({ id }) => ({ value: id, label: queueName(id, state.queues, state.prefs.locale) }))}
          />
        )}
        {kind === "person" && colleagues.length === 0 && <p className="soft">{t.nobody}</p>}
        {kind === "person" && colleagues.length > 0 && (
          <Select
            aria-label={t.pickPerson} placeholder={t.pickPerson} value={user} onChange={setUser}
            options={colleagues.map((one) => ({ value: one.user, label: `${calledIn(state.prefs.locale, one)} · ${t.load(one.load)}` }))}
          />
        )}
        <label className="field" htmlFor="transfer-note">{t.note}</label>
        <Input id="transfer-note" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </div>
    </Modal>
  );
}
