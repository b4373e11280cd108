import Button from "antd/es/button";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { queueName } from "../board.ts";
import { clockTime, fullTime } from "../clock.ts";
import type { Entry, Turn } from "../protocol.ts";
import { isWords, type Act } from "../state.ts";
import { chosenAfter, linesOf, titlesOf, type Line } from "../transcript.ts";
import { Blocks } from "./blocks.tsx";
import { useBasics, useShared } from "./use.ts";

const NEAR_END = 80; // px: who reads above is not pulled away

export function Transcript({ entry, turns }: { entry: Entry; turns: Turn[] }) {
  const { state, w } = useShared();
  const lines = useMemo(() => linesOf(turns), [turns]);
  const titles = useMemo(() => titlesOf(turns), [turns]);
  const acts = [...state.acts.values()].filter((act) => act.data.conversation === entry.conversation && isWords(act));
  const typing = state.typing.has(entry.conversation);
  const { log, more, toEnd } = useEnd(entry.conversation, `${lines.length}/${acts.length}/${typing}`);
  return (
    <div className="log-frame">
      <div className="log" ref={log} role="log" aria-label={w.panes.thread} tabIndex={0}>
        {lines.map((line, i) => (
          <LineView key={line.key} line={line} chosen={line.type === "message" ? chosenAfter(lines, i) : ""} titles={titles} />
        ))}
        {acts.map((act) => (
          <Pending key={act.id} act={act} />
        ))}
        {typing && <p className="typing">{w.typing}</p>}
      </div>
      {more && (
        <Button className="to-end" size="small" shape="round" onClick={toEnd}>
          {w.newMessages} ↓
        </Button>
      )}
    </div>
  );
}

/** Keeps the end in sight while one is there, and tells when something came below. */
function useEnd(conversation: string, size: string) {
  const log = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const [more, setMore] = useState(false);
  const toEnd = () => {
    const element = log.current;
    if (element) element.scrollTop = element.scrollHeight;
    setMore(false);
  };
  useEffect(() => {
    const element = log.current;
    const scrolled = () => {
      near.current = element!.scrollHeight - element!.scrollTop - element!.clientHeight < NEAR_END;
      if (near.current) setMore(false);
    };
    const resized = new ResizeObserver(() => near.current && toEnd());
    element?.addEventListener("scroll", scrolled, { passive: true });
    if (element) resized.observe(element);
    return () => {
      element?.removeEventListener("scroll", scrolled);
      resized.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    near.current = true;
    toEnd();
  }, [conversation]);
  useLayoutEffect(() => {
    if (near.current) toEnd();
    else setMore(true);
  }, [size]);
  return { log, more, toEnd };
}

interface LineProps {
  line: Line;
  chosen: string;
  titles: Map<string, string>;
}

const LineView = memo(function LineView({ line, chosen, titles }: LineProps) {
  const { desk, queues, locale, w } = useBasics();
  switch (line.type) {
    case "message":
      return <Message line={line} chosen={chosen} />;
    case "note":
      return (
        <Row className="note" who={w.noteBy(line.name)} at={line.at}>
          <p className="words">{line.text}</p>
        </Row>
      );
    case "disposed":
      return (
        <Row className="note" who={w.disposedBy(line.name)} at={line.at}>
          <p className="words">
            {w.resolveDialog[line.found.solved]} · {w.resolveDialog.cause}
            {w.colon}
            {line.found.cause ? (desk.titles.get(line.found.cause) ?? titles.get(line.found.cause) ?? line.found.cause) : w.resolveDialog.none}
          </p>
          {line.found.note && <p className="words">{line.found.note}</p>}
        </Row>
      );
    case "handoff":
      return <Marker at={line.at} text={w.stateLine(line.state, line.reason, line.agent, queueName(line.queue, queues, locale))} />;
    case "breached":
      return <Marker at={line.at} text={w.breached} tone="late" />;
    case "alarmed":
      return <Marker at={line.at} text={w.alarmed} tone="care" />;
    case "document":
      return <Marker at={line.at} text={w.attached(line.name)} />;
    case "vote":
      return <Marker at={line.at} text={w.vote[line.vote] ?? line.vote} />;
  }
});

function Message({ line, chosen }: { line: Extract<Line, { type: "message" }>; chosen: string }) {
  const { me, w } = useBasics();
  const mine = line.author === "agent" && line.by === me?.user;
  const who = line.author === "agent" && line.name ? (mine ? `${line.name} (${w.you})` : line.name) : w.author[line.author];
  return (
    <Row className={line.author} who={who} at={line.at}>
      <Blocks blocks={line.blocks} chosen={chosen} />
      {line.about?.composed === "llm" && <p className="composed soft">{w.composed}</p>}
    </Row>
  );
}

function Row({ className, who, at, children }: { className: string; who: string; at: string; children: React.ReactNode }) {
  const { locale } = useBasics();
  return (
    <article className={`message ${className}`}>
      <header>
        <span>{who}</span>{" "}
        <time dateTime={at} title={fullTime(at, locale)}>
          {clockTime(at, locale)}
        </time>
      </header>
      <div className="bubble">{children}</div>
    </article>
  );
}

function Marker({ at, text, tone = "" }: { at: string; text: string; tone?: "" | "late" | "care" }) {
  const { locale } = useBasics();
  return (
    <p className={`marker ${tone}`}>
      {text} <time dateTime={at}>{clockTime(at, locale)}</time>
    </p>
  );
}

/** What was written here and is not in the log yet. */
function Pending({ act }: { act: Act }) {
  const { desk, state, w } = useShared();
  const note = act.data.kind === "note";
  return (
    <article className={`message pending ${note ? "note" : "agent"} ${act.state}`} data-act={act.id}>
      <header>
        <span>{note ? w.noteBy(state.me!.name) : `${state.me!.name} (${w.you})`}</span>{" "}
        <span className="pending-state" role="status">
          {act.state === "failed" ? w.failed : act.state === "sent" ? w.sent : w.sending}
        </span>
      </header>
      <div className="bubble">
        <p className="words">{act.data.text}</p>
      </div>
      {act.state === "failed" && (
        <p className="pending-why">
          {w.refusal(act.why || "unanswered")}
          <Button size="small" type="link" onClick={() => desk.retry(act.id)}>
            {w.resend}
          </Button>
          <Button size="small" type="link" onClick={() => desk.forget(act.id)}>
            {w.drop}
          </Button>
        </p>
      )}
    </article>
  );
}
