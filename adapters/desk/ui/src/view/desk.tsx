import Segmented from "antd/es/segmented";
import { useState } from "react";
import { listsOf, talks } from "../board.ts";
import type { Role } from "../protocol.ts";
import type { Pane } from "../state.ts";
import { Accounts } from "./accounts.tsx";
import { Audit } from "./audit.tsx";
import { ContextPane } from "./context.tsx";
import { Dialogs } from "./dialogs.tsx";
import { useShortcuts } from "./keys.ts";
import { Lists } from "./lists.tsx";
import { Thread } from "./thread.tsx";
import { TopBar } from "./topbar.tsx";
import { useShared } from "./use.ts";

export type Page = "desk" | "audit" | "accounts";

const PAGES: Record<Role, Page[]> = { agent: ["desk"], lead: ["desk"], compliance: ["desk", "audit"], admin: ["accounts", "audit"] };

export function DeskPage() {
  const { state, w } = useShared();
  const pages = PAGES[state.me!.role] ?? ["desk"];
  const [chosen, choose] = useState<Page>(pages[0]!);
  const page = pages.includes(chosen) ? chosen : pages[0]!;
  return (
    <div className="page">
      {page === "desk" && (
        <a className="skip" href="#thread">
          {w.skip}
        </a>
      )}
      <TopBar page={page} pages={pages} onPage={choose} />
      {page === "desk" && <Panes />}
      {page === "audit" && <Audit />}
      {page === "accounts" && <Accounts />}
      <Dialogs />
    </div>
  );
}

function Panes() {
  const { desk, state, w } = useShared();
  useShortcuts();
  const lists = listsOf(state.entries.values(), state.me!);
  const unread = [...state.unread.values()].reduce((sum, n) => sum + n, 0);
  const label: Record<Pane, string> = {
    lists: lists.waiting.length ? `${w.panes.lists} (${lists.waiting.length})` : w.panes.lists,
    thread: w.panes.thread + (unread ? " •" : ""),
    context: w.panes.context,
  };
  return (
    <>
      {state.line === "offline" && <p className="banner" role="status">{w.offlineBanner}</p>}
      {state.status === "away" && talks(state.me!) && <p className="banner quiet" role="status">{w.away}</p>}
      <main className="panes" data-pane={state.pane}>
        <Lists lists={lists} />
        <Thread />
        <ContextPane />
      </main>
      <nav className="pane-tabs" aria-label={w.title}>
        <Segmented<Pane> block value={state.pane} onChange={(pane) => desk.show({ pane })} options={(["lists", "thread", "context"] as const).map((value) => ({ value, label: label[value] }))} />
      </nav>
    </>
  );
}
