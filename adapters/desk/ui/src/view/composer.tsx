import Button from "antd/es/button";
import Segmented from "antd/es/segmented";
import { useState, type KeyboardEvent } from "react";
import { isActive, isMine, isWaiting, talks } from "../board.ts";
import type { Entry, Snippet } from "../protocol.ts";
import { draftKey } from "../state.ts";
import { words, type Words } from "../words.ts";
import { COMPOSER } from "./keys.ts";
import { useSnippets } from "./snippets.ts";
import { useShared } from "./use.ts";

const MOST = 4000; // characters, as the server counts them
const SHOWN = 8; // canned replies at once

export function Composer({ entry }: { entry: Entry }) {
  const { desk, state, w } = useShared();
  const me = state.me!;
  const mine = isMine(entry, me);
  const coming = [...state.acts.values()].some(({ data }) => data.conversation === entry.conversation && (data.kind === "claim" || data.kind === "takeover"));
  const mode = mine || coming ? state.mode : "note";
  if (!talks(me)) return <p className="composer-hint">{w.composer.readOnly}</p>;
  const hint = mine ? "" : hintFor(entry, w);
  return (
    <div className={`composer ${mode}`}>
      <div className="composer-modes">
        <Segmented
          size="small" value={mode} aria-label={w.composer.reply} onChange={(next) => desk.show({ mode: next as "reply" | "note" })}
          options={[{ value: "reply", label: w.composer.reply, disabled: !mine }, { value: "note", label: w.composer.note }]}
        />
        <span className="soft composer-tip">{hint || (mode === "reply" ? w.composer.replyHint : w.composer.noteHint)}</span>
      </div>
      <Field entry={entry} mode={mode} mine={mine} />
    </div>
  );
}

function hintFor(entry: Entry, w: Words): string {
  if (isWaiting(entry)) return w.composer.claimFirst;
  return isActive(entry) ? w.composer.others(entry.agent?.name ?? "") : w.composer.over;
}

function Field({ entry, mode, mine }: { entry: Entry; mode: "reply" | "note"; mine: boolean }) {
  const { desk, state, w } = useShared();
  const key = entry.conversation;
  const text = state.drafts.get(draftKey(key, mode)) ?? "";
  const canned = useCanned(entry, mode === "reply" ? text : "");
  const over = [...text.trim()].length - MOST;
  const off = !mine && mode === "reply"; // being claimed: one writes already
  const send = () => {
    if (!text.trim() || over > 0 || off) return;
    if (mode === "reply") desk.reply(entry, text.trim());
    else desk.note(entry, text.trim());
    desk.draft(key, mode, "");
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return; // Enter picks a word of the input method
    if (canned.open && canned.pressed(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="composer-field">
      {canned.open && <CannedList {...canned} />}
      <textarea
        id={COMPOSER} className="composer-text" rows={3} value={text} aria-label={mode === "reply" ? w.composer.reply : w.composer.note}
        placeholder={mode === "reply" ? w.composer.replyPlaceholder : w.composer.notePlaceholder} onKeyDown={pressed} onChange={(event) => desk.draft(key, mode, event.target.value)}
        aria-autocomplete="list" aria-controls={canned.open && canned.list.length ? "canned" : undefined}
        aria-activedescendant={canned.open && canned.list.length ? `canned-${canned.at}` : undefined}
      />
      <div className="composer-send">
        {over > 0 && <span className="field-error">{w.composer.tooLong(over)}</span>}
        <Button type="primary" disabled={!text.trim() || over > 0 || off} onClick={send}>
          {mode === "reply" ? w.composer.send : w.composer.save}
        </Button>
      </div>
    </div>
  );
}

/** Canned replies for what stands behind a leading slash. */
function useCanned(entry: Entry, text: string) {
  const { desk, state } = useShared();
  const [at, setAt] = useState(0);
  const [dismissed, dismiss] = useState("");
  const open = text.startsWith("/") && !text.includes("\n") && dismissed !== text;
  const query = open ? text.slice(1).trim() : "";
  const locale = entry.locale || state.prefs.locale;
  const found = useSnippets(query, locale);
  const own: Snippet[] = words(locale.startsWith("en") ? "en" : "zh-CN").canned;
  const fits = own.filter(({ title, text }) => `${title} ${text}`.toLowerCase().includes(query.toLowerCase()));
  const list = [...fits, ...found.snippets].slice(0, SHOWN);
  const chosen = Math.min(at, Math.max(0, list.length - 1));
  const pick = (snippet: Snippet) => {
    desk.draft(entry.conversation, "reply", snippet.text);
    setAt(0);
  };
  const pressed = (event: KeyboardEvent): boolean => {
    if (event.key === "Escape") return (dismiss(text), event.stopPropagation(), true);
    if (list.length === 0) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setAt((chosen + (event.key === "ArrowDown" ? 1 : list.length - 1)) % list.length);
      return true;
    }
    if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") return (pick(list[chosen]!), true);
    return false;
  };
  return { open, list, at: chosen, pick, pressed };
}

function CannedList({ list, at, pick }: ReturnType<typeof useCanned>) {
  const { w } = useShared();
  if (list.length === 0) return <p className="canned empty-canned">{w.composer.cannedNone}</p>;
  return (
    <ul className="canned" id="canned" role="listbox" aria-label={w.composer.canned}>
      {list.map((snippet, i) => (
        // Keys are dealt with in the field, which keeps the focus.
        <li key={snippet.id} id={`canned-${i}`} role="option" aria-selected={i === at} onMouseDown={(event) => (event.preventDefault(), pick(snippet))}>
          <strong>{snippet.title}</strong> <span>{snippet.text}</span>
        </li>
      ))}
    </ul>
  );
}
