import Button from "antd/es/button";
import Drawer from "antd/es/drawer";
import Skeleton from "antd/es/skeleton";
import { useEffect, useState, type MouseEvent } from "react";
import { navigate } from "../address.ts";
import type { Contact } from "./contract.ts";
import { said } from "./figures.ts";
import { useLoad } from "./load.ts";
import { Failed } from "./panel.tsx";
import type { Behind } from "./place.ts";
import { useBoard, type Board } from "./use.ts";

/** The conversations behind a number. */
export function BehindDrawer() {
  const board = useBoard();
  const { place, go, w, asked } = board;
  const [last, keep] = useState<Behind | null>(place.behind); // stays while the drawer slides away
  useEffect(() => {
    if (place.behind) keep(place.behind);
  }, [place.behind]);
  const shown = place.behind ?? last;
  return (
    <Drawer
      open={!!place.behind} onClose={() => go({ behind: null })} size={560} closable={{ "aria-label": w.close }} destroyOnHidden
      title={shown ? w.contacts.title(nameOf(shown, board)) : ""} classNames={{ body: "behind" }}
    >
      {shown && <List key={`${asked} ${JSON.stringify(shown)}`} behind={shown} />}
    </Drawer>
  );
}

function nameOf(behind: Behind, board: Board): string {
  const { definitions, w, locale } = board;
  if (behind.figure) return said(definitions.figures.find((one) => one.id === behind.figure)?.name, locale) || behind.figure;
  const parts = (behind.key ?? "").split("|").map((part) => named(behind.kind ?? "", part, board));
  return [parts.filter(Boolean).join(" · "), behind.bit && behind.kind !== "path" ? w.bit(behind.bit) : ""].filter(Boolean).join(" – ");
}

function named(kind: string, key: string, { w, intent, cause, queue, reason }: Board): string {
  if (kind === "queue") return queue(key);
  if (kind === "handoff") return reason(key);
  if (kind === "intent") return intent(key);
  if (kind === "hour") return w.paths.weekdays[Math.floor(Number(key) / 24)] + ` ${Number(key) % 24}:00`;
  const found = cause(key);
  if (found !== key || kind.startsWith("cause")) return found;
  return kind === "path" ? (w.outcome(key) !== key ? w.outcome(key) : intent(key)) : key;
}

function List({ behind }: { behind: Behind }) {
  const { client, asked, w, locale } = useBoard();
  const [page, turn] = useState("");
  const [earlier, keep] = useState<Contact[]>([]);
  const which = Object.fromEntries(Object.entries({ ...behind, page }).filter(([, value]) => value)) as Record<string, string>;
  const { data, error, busy, retry } = useLoad(`${page} ${JSON.stringify(which)} ${asked} ${locale}`, 0, (signal) => client.contacts(which, asked, signal));
  if (error) return <Failed error={error} retry={retry} />;
  if (!data) return <Skeleton active paragraph={{ rows: 8 }} />;
  const all = busy ? earlier : [...earlier, ...data.contacts];
  if (all.length === 0 && !busy) return <p className="soft">{w.empty.contacts}</p>;
  const next = data.next ? String(data.next) : "";
  return (
    <>
      <p className="soft">{w.contacts.audited}</p>
      <ul className="contacts">
        {all.map((contact) => (
          <Row key={`${contact.conversation} ${contact.n}`} contact={contact} />
        ))}
      </ul>
      {next && (
        <Button block loading={busy} onClick={() => (keep(all), turn(next))}>
          {w.more}
        </Button>
      )}
    </>
  );
}

function Row({ contact }: { contact: Contact }) {
  const { w, when, intent, cause } = useBoard();
  const to = `/desk?${new URLSearchParams({ conversation: contact.conversation })}`;
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return; // in a window of its own
    event.preventDefault();
    navigate(to);
  };
  const place = [w.filters.languages[contact.locale] ?? contact.locale, w.filters.channels[contact.channel] ?? contact.channel, contact.version].filter(Boolean).join(" · ");
  return (
    <li>
      <a href={to} onClick={go} className="contact">
        <span className="contact-top">
          <strong>{contact.intent_name || intent(contact.intent)}</strong>
          <span className={`outcome ${contact.outcome}`}>{w.outcome(contact.outcome)}</span>
        </span>
        <span className="soft">
          <time dateTime={contact.began}>{when(contact.began)}</time>
          {contact.n > 1 && ` · ${w.contacts.nth(contact.n)}`}
          {contact.cause && ` · ${contact.cause_name || cause(contact.cause)}`}
        </span>
        <span className="soft">{place}</span>
      </a>
    </li>
  );
}
