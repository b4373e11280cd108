import Button from "antd/es/button";
import { useState } from "react";
import { sizeWords, type Appeal as Filed, type Proof } from "../appeal.ts";
import { talks } from "../board.ts";
import { clockTime, fullTime } from "../clock.ts";
import { Row, Section } from "./context.tsx";
import { useShared } from "./use.ts";

/** What a person has handed in for a review: how far it is, and the documents. */
export function Appeal({ conversation, appeal, called }: { conversation: string; appeal: Filed; called: (id: string) => string }) {
  const { state, w } = useShared();
  const words = w.appeal;
  return (
    <Section title={words.title} className="appeal">
      <p className={`decision ${appeal.state}`}>
        {words.state(appeal.state)}{" "}
        <time className="soft" dateTime={appeal.at} title={fullTime(appeal.at, state.prefs.locale)}>
          {clockTime(appeal.at, state.prefs.locale)}
        </time>
      </p>
      {appeal.refusal && <p className="soft">{words.refusal(appeal.refusal)}</p>}
      <dl className="rows">
        <Row name={words.reference} value={appeal.reference} />
        <Row name={words.causes} value={appeal.causes.map(called).join(words.and)} />
        <Row name={words.consent} value={appeal.consent ? words.agreed : words.notYet} />
      </dl>
      {appeal.explanation && (
        <blockquote className="said">
          <p className="words">{appeal.explanation}</p>
        </blockquote>
      )}
      <h3>{words.documents(appeal.proofs.length)}</h3>
      {appeal.proofs.length > 0 && (
        <ul className="documents">
          {appeal.proofs.map((proof) => (
            <Document key={proof.id} conversation={conversation} proof={proof} />
          ))}
        </ul>
      )}
      {appeal.proofs.length > 0 && talks(state.me!) && <p className="soft">{words.recorded}</p>}
    </Section>
  );
}

// A picture is fetched when somebody asks to see it: looking is on record.
function Document({ conversation, proof }: { conversation: string; proof: Proof }) {
  const { state, w } = useShared();
  const [shown, setShown] = useState<"" | "shown" | "failed">("");
  const words = w.appeal;
  const address = `/v1/desk/conversations/${encodeURIComponent(conversation)}/proofs/${encodeURIComponent(proof.id)}`;
  return (
    <li>
      <p className="words document-name">{proof.name}</p>
      <p className="soft">
        {[words.kind(proof.type), sizeWords(proof.size), clockTime(proof.at, state.prefs.locale)].join(" · ")}
      </p>
      {talks(state.me!) && (
        <p className="actions">
          {proof.type.startsWith("image/") && (
            <Button size="small" aria-expanded={shown !== ""} onClick={() => setShown(shown ? "" : "shown")}>
              {shown ? words.hide : words.show}
            </Button>
          )}
          <a className="download" href={address} download={proof.name} aria-label={`${words.save} ${proof.name}`}>
            {words.save}
          </a>
        </p>
      )}
      {shown === "shown" && <img className="document" src={address} alt={proof.name} onError={() => setShown("failed")} />}
      {shown === "failed" && (
        <p className="soft" role="alert">
          {words.failed}
        </p>
      )}
    </li>
  );
}
