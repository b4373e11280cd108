import Button from "antd/es/button";
import { useMemo } from "react";
import { appealOf } from "../appeal.ts";
import { queueName, talks } from "../board.ts";
import { clockTime } from "../clock.ts";
import type { Entry } from "../protocol.ts";
import type { Case } from "../state.ts";
import { insightOf, linesOf, titlesOf, type Insight } from "../transcript.ts";
import { Appeal } from "./appeal.tsx";
import { Empty } from "./empty.tsx";
import { Knowledge } from "./knowledge.tsx";
import { ReasonTag } from "./lists.tsx";
import { useShared } from "./use.ts";

export function ContextPane() {
  const { state, w } = useShared();
  const entry = state.entries.get(state.selected);
  const known = state.cases.get(state.selected);
  return (
    <section className="context" aria-label={w.context.label}>
      {entry ? (
        <>
          <Why entry={entry} known={known} />
          {known && known.turns.length > 0 && <Understanding conversation={entry.conversation} known={known} />}
          <Person entry={entry} />
          {known && <Notes known={known} />}
          {talks(state.me!) && <Knowledge key={entry.conversation} entry={entry} />}
        </>
      ) : (
        <Empty {...w.empty.context} />
      )}
    </section>
  );
}

export function Section({ title, className = "", children }: { title: string; className?: string; children: React.ReactNode }) {
  return (
    <section className={`card ${className}`}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Why({ entry, known }: { entry: Entry; known: Case | undefined }) {
  const { w } = useShared();
  return (
    <Section title={w.context.why}>
      <p>
        <ReasonTag entry={entry} />
        {entry.ticket && (
          <span className="soft">
            {w.ticket} {entry.ticket}
          </span>
        )}
      </p>
      {known && known.summary.length > 0 && (
        <ul className="summary" aria-label={w.context.summary}>
          {known.summary.map((line, i) => (
            <li key={i}>{line}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Understanding({ conversation, known }: { conversation: string; known: Case }) {
  const { desk } = useShared();
  const insight = useMemo(() => insightOf(known.turns), [known.turns]);
  const titles = useMemo(() => titlesOf(known.turns), [known.turns]);
  const appeal = useMemo(() => appealOf(known.turns), [known.turns]);
  const called = (id: string) => desk.titles.get(id) ?? titles.get(id) ?? id;
  return (
    <>
      {appeal && <Appeal conversation={conversation} appeal={appeal} called={called} />}
      <Understood insight={insight} />
      <CheckSaid insight={insight} called={called} />
      <Tried insight={insight} called={called} />
    </>
  );
}

interface InsightProps {
  insight: Insight;
  called: (id: string) => string;
}

function Understood({ insight }: { insight: Insight }) {
  const { w } = useShared();
  const percent = Math.round(insight.confidence * 100);
  return (
    <Section title={w.context.understood}>
      <p>{insight.intent && !insight.outOfScope ? <span title={insight.intent}>{w.context.intent(insight.intent)}</span> : w.context.unknown}</p>
      {insight.intent && (
        <p className="confidence">
          <span className="soft">{w.context.confidence}</span>
          <meter min={0} max={100} low={40} high={70} optimum={100} value={percent} aria-label={w.context.confidence}>
            {percent}%
          </meter>
          <span>{percent}%</span>
        </p>
      )}
    </Section>
  );
}

function CheckSaid({ insight, called }: InsightProps) {
  const { w } = useShared();
  return (
    <Section title={w.context.checked}>
      {insight.decision ? <p className={`decision ${insight.decision}`}>{w.context.decision(insight.decision)}</p> : null}
      {!insight.decision && <p className="soft">{insight.checkFailed ? w.context.checkFailed : w.context.noCheck}</p>}
      {insight.decision === "ineligible" && insight.reasons.length === 0 && <p className="soft">{w.context.noReasons}</p>}
      {insight.reasons.length > 0 && (
        <ul className="plain">
          {insight.reasons.map((id) => (
            <li key={id}>{called(id)}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Tried({ insight, called }: InsightProps) {
  const { w } = useShared();
  return (
    <Section title={w.context.tried}>
      {insight.tried.length === 0 && <p className="soft">{w.context.nothingTried}</p>}
      {insight.tried.length > 0 && (
        <ul className="plain">
          {insight.tried.map(({ id, outcome }) => (
            <li key={id}>
              {called(id)} <span className={`outcome ${outcome}`}>{w.context.outcome(outcome)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Person({ entry }: { entry: Entry }) {
  const { desk, state, w } = useShared();
  const shown = state.revealed?.conversation === entry.conversation ? state.revealed.user : "";
  return (
    <Section title={w.context.person}>
      <p className="person">
        <span className={shown ? "account" : "account masked"}>{shown || (entry.anonymous ? w.masked : entry.user)}</span>
        {!entry.anonymous && (
          <Button size="small" onClick={() => (shown ? desk.hide() : desk.show({ dialog: "reveal" }))}>
            {shown ? w.context.hide : w.context.reveal}
          </Button>
        )}
      </p>
      {shown && <p className="soft">{w.context.revealed}</p>}
      <dl className="rows">
        <Row name={w.context.product} value={state.products[entry.product ?? ""] ?? entry.product} />
        <Row name={w.context.language} value={w.languages[entry.locale ?? ""] ?? entry.locale} />
        <Row name={w.context.queue} value={queueName(entry.queue ?? "", state.queues, state.prefs.locale)} />
      </dl>
    </Section>
  );
}

export function Row({ name, value }: { name: string; value: string | undefined }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Notes({ known }: { known: Case }) {
  const { state, w } = useShared();
  const notes = useMemo(() => linesOf(known.turns).filter((line) => line.type === "note"), [known.turns]);
  return (
    <Section title={w.context.notes}>
      {notes.length === 0 && <p className="soft">{w.context.noNotes}</p>}
      {notes.map((note) => (
        <blockquote key={note.key} className="side-note">
          <p className="words">{note.text}</p>
          <footer className="soft">
            {note.name} <time dateTime={note.at}>{clockTime(note.at, state.prefs.locale)}</time>
          </footer>
        </blockquote>
      ))}
    </Section>
  );
}
