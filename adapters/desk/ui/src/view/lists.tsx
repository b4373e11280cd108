import Segmented from "antd/es/segmented";
import { memo, useEffect, useMemo, useRef } from "react";
import { dueIn, isActive, isTicket, isWaiting, leads, ownerOf, positionsOf, queueName, sinceOf, talks, urgencyOf, type Lists as ListsOf } from "../board.ts";
import { duration, useNow } from "../clock.ts";
import type { Entry } from "../protocol.ts";
import type { Tab } from "../state.ts";
import { Empty } from "./empty.tsx";
import { QueueHealth } from "./health.tsx";
import { useBasics, useShared } from "./use.ts";

export function Lists({ lists }: { lists: ListsOf }) {
  const { desk, state, w } = useShared();
  const now = useNow();
  const me = state.me!;
  const tabs: Tab[] = talks(me) ? (leads(me) ? ["waiting", "mine", "all"] : ["waiting", "mine"]) : ["waiting", "all"];
  const tab = tabs.includes(state.tab) ? state.tab : "waiting";
  const list = lists[tab];
  return (
    <section className="lists" aria-label={w.listLabel}>
      <div className="list-tabs">
        <Segmented<Tab> block value={tab} onChange={(next) => desk.show({ tab: next })} options={tabs.map((value) => ({ value, label: <TabLabel tab={value} lists={lists} /> }))} />
      </div>
      {tab === "all" && <QueueHealth now={now} />}
      {list.length === 0 ? <Empty {...w.empty[tab]} /> : <EntryList list={list} now={now} />}
    </section>
  );
}

function TabLabel({ tab, lists }: { tab: Tab; lists: ListsOf }) {
  const { state, w } = useShared();
  const unread = tab === "mine" ? lists.mine.filter((entry) => entry.unanswered || state.unread.has(entry.conversation)).length : 0;
  return (
    <span>
      {w.tabs[tab]} <span className="count">{lists[tab].length}</span>
      {unread > 0 && <span className="dot late" title={w.unanswered} />}
    </span>
  );
}

function EntryList({ list, now }: { list: Entry[]; now: number }) {
  const { state } = useShared();
  const positions = useMemo(() => positionsOf(state.entries.values()), [state.entries]);
  return (
    <ul className="entries">
      {list.map((entry) => (
        <EntryCard
          key={entry.conversation} entry={entry} now={now} position={positions.get(entry.conversation) ?? 0} selected={state.selected === entry.conversation}
          unread={state.unread.get(entry.conversation) ?? 0}
        />
      ))}
    </ul>
  );
}

interface CardProps {
  entry: Entry;
  now: number;
  position: number;
  selected: boolean;
  unread: number;
}

const EntryCard = memo(function EntryCard({ entry, now, position, selected, unread }: CardProps) {
  const { desk, queues, products, locale, w } = useBasics();
  const card = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (selected) card.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const urgency = urgencyOf(entry, now);
  return (
    <li>
      <button ref={card} type="button" className={`entry ${urgency}`} aria-current={selected ? "true" : undefined} onClick={() => desk.select(entry.conversation)}>
        <span className="entry-top">
          <ReasonTag entry={entry} />
          {isWaiting(entry) && !isTicket(entry) && <span className="entry-position">{w.position(position)}</span>}
          {unread > 0 && <span className="unread" aria-label={w.unread(unread)}>{unread}</span>}
          {!unread && isActive(entry) && entry.unanswered && <span className="to-answer">{w.unanswered}</span>}
        </span>
        <span className="entry-last">
          {entry.last_author && entry.last_author !== "user" && (
            <span className="soft">
              {w.author[entry.last_author]}
              {w.colon}
            </span>
          )}
          {entry.last || w.empty.transcript.title}
        </span>
        <span className="entry-meta">
          {queueName(entry.queue ?? "", queues, locale)}
          {entry.product && ` · ${products[entry.product] ?? entry.product}`}
          {entry.locale && ` · ${w.languages[entry.locale] ?? entry.locale}`}
        </span>
        <span className="entry-time">
          <Waited entry={entry} now={now} />
        </span>
      </button>
    </li>
  );
});

/** Why they are here, in plain words; who is in distress, in no line or served first is marked. */
export function ReasonTag({ entry }: { entry: Entry }) {
  const { w } = useBasics();
  const came = entry.reason === "distress";
  const care = came || entry.urgent;
  return (
    <>
      {care && <span className="reason care">{w.reason("distress")}</span>}
      {!came && <span className="reason">{w.reason(entry.reason ?? "")}</span>}
      {isTicket(entry) && <span className="reason ticket" title={w.ticketWhy}>{w.ticketMark}</span>}
      {!care && (entry.priority ?? 0) > 0 && <span className="reason priority">{w.priority}</span>}
    </>
  );
}

function Waited({ entry, now }: { entry: Entry; now: number }) {
  const { me, w } = useBasics();
  const time = duration(now - sinceOf(entry));
  if (isActive(entry)) {
    const mine = ownerOf(entry) === me?.user;
    return (
      <>
        <span>{w.talked(time)}</span>
        {!mine && <span>{w.withAgent(entry.agent?.name ?? "")}</span>}
      </>
    );
  }
  return (
    <>
      <span>{w.waited(time)}</span>
      <Promised entry={entry} now={now} />
    </>
  );
}

/** How what was promised stands. After the first one that was broken how long one waits says it all. */
function Promised({ entry, now }: { entry: Entry; now: number }) {
  const { w } = useBasics();
  const left = dueIn(entry, now);
  const said = entry.late ? w.due.broken : !entry.due ? "" : left <= 0 ? w.due.late(duration(-left)) : w.due.left(duration(left));
  return said ? <span className={`sla ${urgencyOf(entry, now)}`}>{said}</span> : null;
}
