import LockOutlined from "@ant-design/icons/es/icons/LockOutlined";
import LogoutOutlined from "@ant-design/icons/es/icons/LogoutOutlined";
import QuestionCircleOutlined from "@ant-design/icons/es/icons/QuestionCircleOutlined";
import Button from "antd/es/button";
import Popover from "antd/es/popover";
import Segmented from "antd/es/segmented";
import { useState } from "react";
import { talks } from "../board.ts";
import { calledIn, type Status } from "../protocol.ts";
import type { Page } from "./desk.tsx";
import { LocaleButton, NotifyButton, SoundButton, ThemeButton } from "./switches.tsx";
import { useShared } from "./use.ts";

export function TopBar({ page, pages, onPage }: { page: Page; pages: Page[]; onPage: (page: Page) => void }) {
  const { desk, state, w } = useShared();
  const me = state.me!;
  return (
    <header className="topbar">
      <h1 className="brand">
        <span className="brand-name">{w.product}</span> <span className="brand-title">{w.title}</span>
      </h1>
      {pages.length > 1 && (
        <Segmented<Page> className="pages" value={page} onChange={onPage} options={pages.map((value) => ({ value, label: pageName(value, w) }))} aria-label={w.title} />
      )}
      <span className="grow" />
      {page === "desk" && <LineMark />}
      {talks(me) && (
        <Segmented<Status>
          aria-label={w.statusLabel} value={state.status} onChange={(status) => desk.setStatus(status)}
          options={(["online", "away"] as const).map((value) => ({ value, label: <StatusLabel value={value} /> }))}
        />
      )}
      {talks(me) && <SoundButton words={false} />}
      <Menu />
    </header>
  );
}

function pageName(page: Page, w: ReturnType<typeof useShared>["w"]): string {
  if (page === "desk") return w.title;
  if (page === "analytics") return w.analytics.title;
  return page === "audit" ? w.admin.audit : w.admin.accounts;
}

function StatusLabel({ value }: { value: Status }) {
  const { w } = useShared();
  return (
    <span className="status-label">
      <span className={`dot ${value}`} aria-hidden="true" />
      {w.status[value]}
    </span>
  );
}

function LineMark() {
  const { state, w } = useShared();
  return (
    <span className={`line-mark ${state.line}`} role="status">
      <span className="dot" aria-hidden="true" />
      <span className="line-words">{w.line[state.line]}</span>
    </span>
  );
}

function Menu() {
  const { desk, state, w } = useShared();
  const [open, setOpen] = useState(false);
  const me = state.me!;
  const name = calledIn(state.prefs.locale, me);
  const content = (
    <div className="menu">
      <p className="menu-who">
        <strong>{name}</strong>
        <span className="soft">{w.roles[me.role] ?? me.role}</span>
      </p>
      <LocaleButton />
      <ThemeButton />
      {talks(me) && <SoundButton />}
      {talks(me) && <NotifyButton />}
      <Button type="text" icon={<QuestionCircleOutlined />} onClick={() => (setOpen(false), desk.show({ dialog: "help" }))}>
        {w.help}
      </Button>
      {!me.demo && !me.company && (
        <Button type="text" icon={<LockOutlined />} onClick={() => (setOpen(false), desk.show({ dialog: "password" }))}>
          {w.passwordDialog.title}
        </Button>
      )}
      <Button type="text" icon={<LogoutOutlined />} onClick={() => void desk.signOut()}>
        {w.signOut}
      </Button>
    </div>
  );
  return (
    <Popover content={content} trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen}>
      <Button className="me" type="text" title={w.menu} aria-expanded={open}>
        <span className="avatar small" aria-hidden="true">
          {[...name][0]}
        </span>
        <span className="me-name">{name}</span>
      </Button>
    </Popover>
  );
}
