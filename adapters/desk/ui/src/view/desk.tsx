import Segmented from "antd/es/segmented";
import { lazy, Suspense, useEffect, useState } from "react";
import { deskAddress, navigate, onAnalytics, useAddress } from "../address.ts";
import { listsOf, talks } from "../board.ts";
import type { Role } from "../protocol.ts";
import type { Pane } from "../state.ts";
import { Accounts } from "./accounts.tsx";
import { Audit } from "./audit.tsx";
import { ContextPane } from "./context.tsx";
import { Dialogs } from "./dialogs.tsx";
import { Empty } from "./empty.tsx";
import { useShortcuts } from "./keys.ts";
import { Lists } from "./lists.tsx";
import { Thread } from "./thread.tsx";
import { TopBar } from "./topbar.tsx";
import { useShared } from "./use.ts";

export type Page = "desk" | "analytics" | "audit" | "accounts";

const PAGES: Record<Role, Page[]> = { agent: ["desk"], lead: ["desk", "analytics"], compliance: ["desk", "audit", "analytics"], admin: ["accounts", "audit"] };

const loadAnalytics = () => import("../analytics/analytics.tsx");
const Analytics = lazy(loadAnalytics);

/** Figures come with code of their own: where they are asked for, it comes while one is still being let in. */
if (onAnalytics(location.pathname)) void loadAnalytics();

export function DeskPage() {
  const { state, w } = useShared();
  const pages = PAGES[state.me!.role] ?? ["desk"];
  const [page, show] = usePage(pages);
  return (
    <div className="page">
      {page === "desk" && (
        <a className="skip" href="#thread">
          {w.skip}
        </a>
      )}
      {page === "analytics" && (
        <a className="skip" href="#figures">
          {w.analytics.skip}
        </a>
      )}
      <TopBar page={page} pages={pages} onPage={show} />
      {page === "desk" && <Panes />}
      {page === "analytics" && <Figures allowed={pages.includes("analytics")} />}
      {page === "audit" && <Audit />}
      {page === "accounts" && <Accounts />}
      <Dialogs />
    </div>
  );
}

/** The page one is on. Figures have an address of their own, and there it goes by that alone. */
function usePage(pages: Page[]): [Page, (page: Page) => void] {
  const figures = onAnalytics(useAddress());
  const [chosen, choose] = useState<Page>(pages[0]!);
  const other = pages.includes(chosen) ? chosen : pages[0]!;
  const show = (page: Page) => {
    if (page !== "analytics") choose(page);
    if (page === "analytics" || figures) navigate(page === "analytics" ? "/analytics" : "/desk");
  };
  return [figures ? "analytics" : other, show];
}

function Figures({ allowed }: { allowed: boolean }) {
  const { w } = useShared();
  if (!allowed) {
    return (
      <main className="empty for-leads">
        <Empty title={w.analytics.forLeads.title} text={w.analytics.forLeads.text} />
        <a href="/desk">{w.analytics.forLeads.back}</a>
      </main>
    );
  }
  return (
    <Suspense fallback={<p className="starting">{w.loading}</p>}>
      <Analytics />
    </Suspense>
  );
}

/** Opens the conversation the address names; where it names none, it comes to name the open one. */
function useNamed(): void {
  const { desk } = useShared();
  const named = new URLSearchParams(useAddress().split("?")[1]).get("conversation");
  useEffect(() => {
    if (named && named !== desk.state.selected) desk.select(named);
    if (!named) navigate(deskAddress(desk.state.selected), "replace");
  }, [desk, named]);
}

function Panes() {
  const { desk, state, w } = useShared();
  useShortcuts();
  useNamed();
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
