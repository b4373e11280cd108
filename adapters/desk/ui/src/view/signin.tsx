import Alert from "antd/es/alert";
import Button from "antd/es/button";
import Input from "antd/es/input";
import { useState, type FormEvent } from "react";
import { Refusal } from "../api.ts";
import { calledIn, type DemoAgent } from "../protocol.ts";
import type { Words } from "../words.ts";
import { LocaleButton, ThemeButton } from "./switches.tsx";
import { useShared } from "./use.ts";

const COMPANY = "/company"; // no user has such a name

export function SignIn() {
  const { desk, state, w } = useShared();
  const [busy, setBusy] = useState("");
  const [error, setError] = useState("");
  const enter = async (user: string, password: string) => {
    setBusy(user);
    setError("");
    try {
      await desk.signIn(user, password);
    } catch (cause) {
      setError(said(cause, w));
      setBusy("");
    }
  };
  const leave = async () => {
    setBusy(COMPANY);
    setError("");
    try {
      await desk.signInCompany();
    } catch (cause) {
      setError(said(cause, w));
      setBusy("");
    }
  };
  const { demo, ways } = state;
  const known = Object.hasOwn(w.signIn.turnedAway, state.turnedAway); // anybody can write the address
  const turnedAway = known ? w.signIn.turnedAway[state.turnedAway] : state.turnedAway && w.signIn.failed;
  return (
    <div className="signin-page">
      <div className="signin-switches">
        <LocaleButton />
        <ThemeButton />
      </div>
      <main className="signin">
        <h1>{w.signIn.title}</h1>
        <p className="soft">{demo.length ? w.signIn.demoLead : w.signIn.lead}</p>
        {turnedAway && !error && !busy && <Alert type="error" showIcon title={turnedAway} role="alert" />}
        {state.expired && ways && !error && <Alert type="info" showIcon title={ways.company ? w.signIn.expiredCompany : w.signIn.expired} />}
        {error && <Alert type="error" showIcon title={error} role="alert" />}
        {demo.length > 0 && (
          <ul className="demo-agents">
            {demo.map((agent) => (
              <DemoCard key={agent.user} agent={agent} busy={busy} onPick={() => void enter(agent.user, "")} />
            ))}
          </ul>
        )}
        {ways?.company && (
          <Button type="primary" size="large" block loading={busy === COMPANY} disabled={busy !== "" && busy !== COMPANY} onClick={() => void leave()}>
            {w.signIn.company(ways.company_name ?? "")}
          </Button>
        )}
        {!ways?.password ? null : demo.length > 0 || ways.company ? (
          <details className="signin-other">
            <summary>{ways.company ? w.signIn.otherPassword : w.signIn.other}</summary>
            <PasswordForm busy={busy !== ""} onEnter={enter} />
          </details>
        ) : (
          <PasswordForm busy={busy !== ""} onEnter={enter} />
        )}
      </main>
    </div>
  );
}

function DemoCard({ agent, busy, onPick }: { agent: DemoAgent; busy: string; onPick: () => void }) {
  const { state, w } = useShared();
  const name = calledIn(state.prefs.locale, agent);
  return (
    <li>
      <button type="button" className="demo-agent" disabled={busy !== ""} aria-busy={busy === agent.user} onClick={onPick}>
        <span className="avatar" aria-hidden="true">
          {[...name][0]}
        </span>
        <span className="demo-who">
          <strong>{name}</strong>
          <span className="soft">
            {w.roles[agent.role] ?? agent.role} · {w.roleHints[agent.role] ?? ""}
          </span>
        </span>
      </button>
    </li>
  );
}

function PasswordForm({ busy, onEnter }: { busy: boolean; onEnter: (user: string, password: string) => Promise<void> }) {
  const { w } = useShared();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (user.trim() && password) void onEnter(user.trim(), password);
  };
  const missing = { user: asked && !user.trim(), password: asked && !password };
  return (
    <form className="signin-form" onSubmit={submit} noValidate>
      <label htmlFor="user">{w.signIn.user}</label>
      <Input
        id="user" name="username" autoComplete="username" autoCapitalize="none" size="large" value={user} status={missing.user ? "error" : ""}
        aria-describedby={missing.user ? "user-missing" : undefined} onChange={(event) => setUser(event.target.value)}
      />
      {missing.user && <p className="field-error" id="user-missing">{w.signIn.needUser}</p>}
      <label htmlFor="password">{w.signIn.password}</label>
      <Input
        id="password" name="password" type="password" autoComplete="current-password" size="large" value={password} status={missing.password ? "error" : ""}
        aria-describedby={missing.password ? "password-missing" : undefined} onChange={(event) => setPassword(event.target.value)}
      />
      {missing.password && <p className="field-error" id="password-missing">{w.signIn.needPassword}</p>}
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        {w.signIn.go}
      </Button>
    </form>
  );
}

/** Says what went wrong, and what to do now. */
function said(cause: unknown, w: Words): string {
  if (!(cause instanceof Refusal)) return w.signIn.failed;
  if (cause.code === "locked" || cause.status === 423) return w.signIn.locked(Math.ceil(cause.retryAfter / 60));
  const known = w.signIn.turnedAway[cause.code];
  if (known) return known;
  if (cause.status === 401 || cause.status === 403) return w.signIn.wrong;
  if (cause.status === 429) return w.signIn.slow;
  return cause.status === 0 ? w.signIn.offline : w.signIn.failed;
}
