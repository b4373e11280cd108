// The figures: what people ask, what helps, and what to write next.

import { useEffect, useMemo, useRef, useState, type MouseEvent } from "react";
import "../style/analytics.css";
import { Refusal } from "../api.ts";
import { navigate, useAddress } from "../address.ts";
import { queueName } from "../board.ts";
import { Empty } from "../view/empty.tsx";
import { useBasics, useShared } from "../view/use.ts";
import { Alerts } from "./alerts.tsx";
import { CardsWait } from "./cards.tsx";
import { Client } from "./client.ts";
import type { Definitions } from "./contract.ts";
import { Controls } from "./controls.tsx";
import { BehindDrawer } from "./drawer.tsx";
import { isEmpty, moment } from "./figures.ts";
import { useLoad } from "./load.ts";
import { FailedNote } from "./panel.tsx";
import { addressOf, askedFor, dayIn, periodOf, placeOf, VIEWS, type Place, type View } from "./place.ts";
import { BoardContext, useBoard, type Board } from "./use.ts";
import { CausesView } from "./view/causes.tsx";
import { FixesView } from "./view/fixes.tsx";
import { HandoffsView } from "./view/handoffs.tsx";
import { OverviewView } from "./view/overview.tsx";
import { PathsView } from "./view/paths.tsx";
import { UnansweredView } from "./view/unanswered.tsx";
import { words } from "./words.ts";

const REFRESH_MS = 60_000;

export default function Analytics() {
  const { desk, locale } = useBasics();
  const w = words(locale);
  const client = useMemo(() => new Client(desk.api), [desk]);
  const { data, error, retry } = useLoad("definitions", 0, (signal) => client.definitions(signal));
  if (error instanceof Refusal && error.status === 403) return <main className="figures"><Empty {...w.forbidden} /></main>;
  if (error) return <main className="figures"><FailedNote error={error} retry={retry} w={w} /></main>;
  if (!data) return <main className="figures" id="figures" aria-label={w.loading}><CardsWait n={8} /></main>;
  return <Figures client={client} definitions={data} />;
}

function Figures({ client, definitions }: { client: Client; definitions: Definitions }) {
  const board = useBoardOf(client, definitions);
  const { w, place, overview } = board;
  const nothing = overview.data && !overview.busy && isEmpty(overview.data.figures) && place.view !== "unanswered";
  return (
    <BoardContext value={board}>
      <main className="figures" id="figures" tabIndex={-1}>
        <Head />
        <Controls />
        <Views />
        <Alerts />
        {overview.error ? <FailedNote error={overview.error} retry={overview.retry} w={w} /> : nothing ? <Empty title={w.empty.title} text={w.empty.text} /> : <Shown view={place.view} />}
        <BehindDrawer />
      </main>
    </BoardContext>
  );
}

function useBoardOf(client: Client, definitions: Definitions): Board {
  const { locale, queues, w: deskWords } = useBasics();
  const theme = useShared().state.prefs.theme;
  const address = useAddress();
  const tick = useTick();
  const place = useMemo(() => placeOf(address.slice(address.indexOf("?") + 1 || address.length)), [address]);
  const today = dayIn(definitions.zone, new Date());
  const period = useMemo(() => periodOf(place, today), [place, today]);
  const { days, from, to, compare, filters } = place;
  const query = askedFor(period, place, locale).toString();
  const asked = useMemo(() => new URLSearchParams(query), [query]);
  const overview = useLoad(`overview ${query}`, tick, (signal) => client.overview(asked, signal));
  const causes = overview.data?.filters.causes;
  return useMemo(() => {
    const go = (change: Partial<Place>) => navigate(addressOf({ ...placeOf(location.search), ...change }));
    return {
      client, w: words(locale), locale, theme, definitions, place, period, asked, tick, overview, go, open: (behind) => go({ behind }),
      intent: (id) => (id ? deskWords.context.intent(id) : words(locale).paths.noIntent),
      cause: (id) => causes?.find((one) => one.id === id)?.name || id,
      queue: (id) => queueName(id, queues, locale) || id,
      reason: (id) => deskWords.reason(id),
      when: (stamp) => moment(stamp, definitions.zone, locale),
    };
    // The overview is another object with every answer and otherwise the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, locale, theme, definitions, place, period, asked, tick, overview.data, overview.error, overview.busy, causes, queues, days, from, to, compare, filters]);
}

/** Counts up once a minute, while somebody looks. */
function useTick(): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && setTick((n) => n + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return tick;
}

function Head() {
  const { w, when, overview, period, definitions } = useBoard();
  const { demo, rebuilding, provisional_from: provisional, projected_at: projected, behind = 0 } = overview.data ?? {};
  const touches = provisional && period.to >= dayIn(definitions.zone, new Date(provisional));
  return (
    <header className="figures-head">
      <h2>{w.title}</h2>
      {demo && <span className="badge" title={w.demoHint}>{w.demo}</span>}
      <span className="soft">{w.period.shown(period.from, period.to, definitions.zone)}</span>
      <span className="grow" />
      {touches && <span className="badge provisional" title={w.provisionalHint} tabIndex={0}>{w.provisional(when(provisional))}<span className="unseen">{w.provisionalHint}</span></span>}
      {rebuilding && <span className="badge provisional" role="status">{w.rebuilding}</span>}
      {projected && <span className="soft">{w.projected(when(projected), behind)}</span>}
    </header>
  );
}

function Views() {
  const { place, w } = useBoard();
  return (
    <nav className="views" aria-label={w.viewsLabel}>
      {VIEWS.map((view) => (
        <ViewLink key={view} view={view} current={view === place.view} />
      ))}
    </nav>
  );
}

function ViewLink({ view, current }: { view: View; current: boolean }) {
  const { place, go, w } = useBoard();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (current) link.current?.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone not all are in sight
  }, [current]);
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ view, behind: null });
  };
  return (
    <a ref={link} href={addressOf({ ...place, view, behind: null })} aria-current={current ? "page" : undefined} onClick={follow}>
      {w.views[view]}
    </a>
  );
}

function Shown({ view }: { view: View }) {
  switch (view) {
    case "overview":
      return <OverviewView />;
    case "causes":
      return <CausesView />;
    case "paths":
      return <PathsView />;
    case "fixes":
      return <FixesView />;
    case "unanswered":
      return <UnansweredView />;
    case "handoffs":
      return <HandoffsView />;
  }
}
