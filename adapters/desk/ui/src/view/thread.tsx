import Button from "antd/es/button";
import Popconfirm from "antd/es/popconfirm";
import { isActive, isMine, isWaiting, leads, talks } from "../board.ts";
import type { Entry } from "../protocol.ts";
import { isWords } from "../state.ts";
import { Composer } from "./composer.tsx";
import { Empty } from "./empty.tsx";
import { claim } from "./keys.ts";
import { ReasonTag } from "./lists.tsx";
import { Transcript } from "./transcript.tsx";
import { useShared } from "./use.ts";

export function Thread() {
  const { state, w } = useShared();
  const entry = state.entries.get(state.selected);
  return (
    <section className="thread" id="thread" tabIndex={-1} aria-label={w.panes.thread}>
      {entry ? (
        <>
          <ThreadHead entry={entry} />
          <Body entry={entry} />
          <Composer key={entry.conversation} entry={entry} />
        </>
      ) : (
        <Empty {...w.empty.thread} />
      )}
    </section>
  );
}

function ThreadHead({ entry }: { entry: Entry }) {
  const { w } = useShared();
  return (
    <div className="thread-head">
      <div className="thread-who">
        <h2>{entry.anonymous ? w.masked : entry.user}</h2>
        <ReasonTag entry={entry} />
        {isActive(entry) && <span className="soft">{w.withAgent(entry.agent?.name ?? "")}</span>}
      </div>
      <Actions entry={entry} />
    </div>
  );
}

function Actions({ entry }: { entry: Entry }) {
  const { desk, state, w } = useShared();
  const me = state.me!;
  if (!talks(me)) return null;
  const busy = [...state.acts.values()].some((act) => act.data.conversation === entry.conversation && !isWords(act));
  if (isWaiting(entry)) {
    return (
      <Button type="primary" loading={busy} onClick={() => claim(desk, entry)}>
        {busy ? w.claiming : w.claim}
      </Button>
    );
  }
  if (isMine(entry, me)) {
    return (
      <div className="actions">
        <Button disabled={busy} onClick={() => desk.release(entry)}>
          {w.release}
        </Button>
        <Button disabled={busy} onClick={() => desk.show({ dialog: "transfer" })}>
          {w.transfer}
        </Button>
        <Button type="primary" loading={busy} onClick={() => desk.show({ dialog: "resolve" })}>
          {w.resolve}
        </Button>
      </div>
    );
  }
  if (!isActive(entry) || !leads(me)) return null;
  return (
    <Popconfirm title={w.takeOver} description={w.takeOverAsk(entry.agent?.name ?? "")} okText={w.takeOver} cancelText={w.cancel} onConfirm={() => desk.takeOver(entry)}>
      <Button loading={busy}>{w.takeOver}</Button>
    </Popconfirm>
  );
}

function Body({ entry }: { entry: Entry }) {
  const { desk, state, w } = useShared();
  const known = state.cases.get(entry.conversation);
  if (known?.state === "failed" && known.turns.length === 0) {
    return (
      <div className="empty" role="alert">
        <strong>{w.caseFailed}</strong>
        <Button onClick={() => void desk.load(entry.conversation)}>{w.retry}</Button>
      </div>
    );
  }
  if (!known || (known.state === "loading" && known.turns.length === 0)) return <p className="loading-case">{w.loadingCase}</p>;
  return <Transcript entry={entry} turns={known.turns} />;
}
