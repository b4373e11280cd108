import Button from "antd/es/button";
import Input from "antd/es/input";
import { useState } from "react";
import { isMine } from "../board.ts";
import type { Entry, Snippet } from "../protocol.ts";
import { draftKey } from "../state.ts";
import { Section } from "./context.tsx";
import { COMPOSER, focusOn, SEARCH } from "./keys.ts";
import { useSnippets } from "./snippets.ts";
import { useShared } from "./use.ts";

/** Finds wording that is ready to use, in the language of the conversation. */
export function Knowledge({ entry }: { entry: Entry }) {
  const { state, w } = useShared();
  const [query, setQuery] = useState("");
  const { snippets, state: search } = useSnippets(query, entry.locale || state.prefs.locale);
  return (
    <Section title={w.context.knowledge} className="knowledge">
      <Input id={SEARCH} type="search" allowClear value={query} placeholder={w.knowledge.placeholder} aria-label={w.context.knowledge} onFocus={(event) => event.target.closest("section")?.scrollIntoView({ block: "nearest" })} onChange={(event) => setQuery(event.target.value)} />
      <div aria-live="polite">
        {search === "idle" && <p className="soft">{w.knowledge.lead}</p>}
        {search === "failed" && <p className="soft">{w.knowledge.failed}</p>}
        {search === "done" && snippets.length === 0 && <p className="soft">{w.knowledge.none}</p>}
      </div>
      <ul className="snippets">
        {snippets.map((snippet) => (
          <SnippetCard key={snippet.id} snippet={snippet} entry={entry} />
        ))}
      </ul>
    </Section>
  );
}

function SnippetCard({ snippet, entry }: { snippet: Snippet; entry: Entry }) {
  const { desk, state, w } = useShared();
  const mine = isMine(entry, state.me!);
  const insert = () => {
    const before = state.drafts.get(draftKey(entry.conversation, "reply")) ?? "";
    desk.draft(entry.conversation, "reply", before ? `${before}\n${snippet.text}` : snippet.text);
    desk.show({ pane: "thread", mode: "reply" });
    desk.tell("done", "inserted");
    focusOn(COMPOSER);
  };
  return (
    <li>
      <strong>{snippet.title}</strong>
      <p className="words">{snippet.text}</p>
      {mine && (
        <div className="actions">
          <Button size="small" onClick={insert}>
            {w.knowledge.insert}
          </Button>
          <Button size="small" onClick={() => desk.reply(entry, snippet.text)}>
            {w.knowledge.send}
          </Button>
        </div>
      )}
    </li>
  );
}
