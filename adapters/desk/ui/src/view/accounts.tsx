import Button from "antd/es/button";
import Popconfirm from "antd/es/popconfirm";
import { useEffect, useState } from "react";
import { Refusal } from "../api.ts";
import type { Account } from "../protocol.ts";
import { NewAccount, RoleSelect } from "./newaccount.tsx";
import { useShared } from "./use.ts";

/** Who may sign in, and as what. */
export function Accounts() {
  const { desk, w } = useShared();
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [said, setSaid] = useState("");
  const work = async (doing: () => Promise<void>, done = ""): Promise<void> => {
    await doing();
    setAccounts(await desk.api.accounts());
    setSaid(done);
  };
  const run = (doing: () => Promise<void>, done = ""): Promise<void> =>
    work(doing, done).catch((cause) => setSaid((cause instanceof Refusal && cause.message) || w.admin.failed));
  useEffect(() => void run(async () => {}), []);
  return (
    <main className="sheet">
      <h2>{w.admin.accounts}</h2>
      <p role="status" className="soft">{said}</p>
      <div className="table-frame" tabIndex={0} role="region" aria-label={w.admin.accounts}>
        <table className="accounts">
          <thead>
            <tr>
              {[w.admin.user, w.admin.name, w.admin.role, w.admin.queues].map((name) => (
                <th key={name} scope="col">{name}</th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <AccountRow key={account.user} account={account} onChange={(change) => run(() => desk.api.changeAccount(account.user, change), w.admin.saved)} />
            ))}
          </tbody>
        </table>
      </div>
      <h3>{w.admin.add}</h3>
      <NewAccount onCreate={(account) => work(() => desk.api.createAccount(account), w.admin.saved)} />
    </main>
  );
}

function AccountRow({ account, onChange }: { account: Account; onChange: (change: Partial<Account>) => Promise<void> }) {
  const { state, w } = useShared();
  const own = account.user === state.me!.user;
  return (
    <tr className={account.disabled ? "off" : ""}>
      <td>{account.user}</td>
      <td>{account.name}</td>
      <td>
        {account.company || own ? w.roles[account.role] : <RoleSelect value={account.role} onChange={(role) => void onChange({ role })} label={`${w.admin.role} ${account.user}`} />}
      </td>
      <td>{(account.queues ?? []).join(", ")}</td>
      <td>
        {account.disabled ? (
          <Button size="small" onClick={() => void onChange({ disabled: false })}>
            {w.admin.enable}
          </Button>
        ) : (
          <Disable user={account.user} own={own} onDisable={() => void onChange({ disabled: true })} />
        )}
      </td>
    </tr>
  );
}

function Disable({ user, own, onDisable }: { user: string; own: boolean; onDisable: () => void }) {
  const { w } = useShared();
  return (
    <Popconfirm placement="topRight" disabled={own} title={w.admin.disableAsk(user)} description={<span className="asked">{w.admin.disableMeans}</span>} okText={w.admin.disable} cancelText={w.cancel} onConfirm={onDisable}>
      <Button size="small" disabled={own}>
        {w.admin.disable}
      </Button>
    </Popconfirm>
  );
}
