import ConfigProvider from "antd/es/config-provider";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import useMessage from "antd/es/message/useMessage";
import { useEffect, useMemo } from "react";
import { onAnalytics, useAddress } from "../address.ts";
import { listsOf } from "../board.ts";
import type { Notice } from "../state.ts";
import { useDesk, type Desk } from "../store.ts";
import { words, type Words } from "../words.ts";
import { DeskPage } from "./desk.tsx";
import { Fallback } from "./fallback.tsx";
import { SignIn } from "./signin.tsx";
import { themeOf } from "./theme.ts";
import { BasicsContext, DeskContext, useShared } from "./use.ts";

/** Browsers hide the nonce from scripts that ask for the attribute; the property tells. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;

/** What unfolds belongs to the part of the page it came from, also for screen readers. */
function popupFrame(trigger?: HTMLElement): HTMLElement {
  return trigger?.closest<HTMLElement>(".form, .topbar, .thread, .sheet") ?? document.body;
}

export function App({ desk }: { desk: Desk }) {
  const state = useDesk(desk);
  const { locale, theme } = state.prefs;
  const w = words(locale);
  const shared = useMemo(() => ({ desk, state, w }), [desk, state, w]);
  const { me, queues, products } = state;
  const basics = useMemo(() => ({ desk, w, locale, me, queues, products }), [desk, w, locale, me, queues, products]);
  const look = useMemo(() => themeOf(theme), [theme]);
  useEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dataset.theme = theme;
  }, [locale, theme]);
  const waiting = state.me ? listsOf(state.entries.values(), state.me).waiting.length : 0;
  const figures = onAnalytics(useAddress());
  useEffect(() => {
    document.title = w.waitingTitle(waiting) + (figures ? w.analytics.title : w.title);
  }, [w, waiting, figures]);
  return (
    <ConfigProvider csp={{ nonce }} locale={locale === "en" ? enUS : zhCN} theme={look} getPopupContainer={popupFrame} button={{ autoInsertSpace: false }}>
      <BasicsContext value={basics}>
        <DeskContext value={shared}>
          <Notices />
          <Fallback title={w.broken} action={w.reload}>
            {state.stage === "starting" && <p className="starting">{w.loading}</p>}
            {state.stage === "signedOut" && <SignIn />}
            {state.stage === "in" && <DeskPage />}
          </Fallback>
        </DeskContext>
      </BasicsContext>
    </ConfigProvider>
  );
}

/** What is said once and goes away by itself. */
function Notices() {
  const { state, w } = useShared();
  const [api, holder] = useMessage({ top: 64, maxCount: 3 });
  const notice = state.notice;
  useEffect(() => {
    if (!notice) return;
    const news = notice.what === "given" || notice.what === "lost";
    void api.open({ type: notice.kind === "done" ? "success" : notice.kind, content: said(notice, w), duration: news ? 10 : 4 });
    // Once for each notice, in the language of the moment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [notice]);
  return holder;
}

function said({ what, name = "" }: Notice, w: Words): string {
  switch (what) {
    case "taken":
      return w.taken(name);
    case "given":
      return w.given;
    case "lost":
      return w.lost(name);
    case "inserted":
      return w.knowledge.inserted;
  }
  return w.refusal(what);
}
