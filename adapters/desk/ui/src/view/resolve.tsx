import Input from "antd/es/input";
import Modal from "antd/es/modal";
import Segmented from "antd/es/segmented";
import Select from "antd/es/select";
import { useMemo, useState } from "react";
import type { Entry, Solved } from "../protocol.ts";
import { insightOf, titlesOf } from "../transcript.ts";
import { focusOn } from "./keys.ts";
import { useSnippets } from "./snippets.ts";
import { useShared } from "./use.ts";

const CAUSE = "cause:";
const NONE = "none"; // no cause of the pack is called so: theirs have a dot

/** Ends the talk and keeps what it was about. */
export function ResolveDialog({ entry }: { entry: Entry }) {
  const { desk, w } = useShared();
  const [cause, setCause] = useState<string>();
  const [solved, setSolved] = useState<Solved>();
  const [note, setNote] = useState("");
  const { options, search } = useCauses(entry);
  const close = () => desk.show({ dialog: "" });
  const go = () => {
    if (!cause || !solved) return;
    desk.resolve(entry, { cause: cause === NONE ? "" : cause, solved, note: note.trim() });
    close();
  };
  const t = w.resolveDialog;
  return (
    <Modal open title={t.title} okText={t.go} cancelText={w.cancel} okButtonProps={{ disabled: !cause || !solved }} onOk={go} onCancel={close} afterOpenChange={(open) => open && focusOn("resolve-cause")}>
      <p className="soft">{t.lead}</p>
      <div className="form">
        <label className="field" htmlFor="resolve-cause">{t.cause}</label>
        <Select id="resolve-cause" showSearch={{ onSearch: search, filterOption: false }} aria-label={t.cause} placeholder={t.search} value={cause} onChange={setCause} options={options} />
        <span className="field" id="resolve-solved">{t.solved}</span>
        <Segmented<Solved>
          block aria-labelledby="resolve-solved" value={solved ?? ("" as Solved)} onChange={setSolved}
          options={(["yes", "no", "unknown"] as const).map((value) => ({ value, label: t[value] }))}
        />
        <label className="field" htmlFor="resolve-note">{t.note}</label>
        <Input id="resolve-note" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </div>
    </Modal>
  );
}

/** The causes that were spoken of, those that a search finds, and none. */
function useCauses(entry: Entry) {
  const { desk, state, w } = useShared();
  const [query, search] = useState("");
  const found = useSnippets(query, state.prefs.locale);
  const known = state.cases.get(entry.conversation);
  const spoken = useMemo(() => {
    const titles = titlesOf(known?.turns ?? []);
    const ids = new Set([...(known?.causes ?? []).map(({ id }) => id), ...insightOf(known?.turns ?? []).causes]);
    return [...ids].map((value) => ({ value, label: desk.titles.get(value) ?? titles.get(value) ?? value }));
  }, [desk, known]);
  const more = found.snippets.filter(({ id }) => id.startsWith(CAUSE)).map(({ id, title }) => ({ value: id.slice(CAUSE.length), label: title }));
  const fits = spoken.filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()));
  const shown = new Set(fits.map(({ value }) => value));
  const options = [...fits, ...more.filter(({ value }) => !shown.has(value)), { value: NONE, label: w.resolveDialog.none }];
  return { options, search };
}
