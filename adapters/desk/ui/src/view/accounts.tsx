import Button from "antd/es/button";
import Input from "antd/es/input";
import Select from "antd/es/select";
import { useEffect, useState, type FormEvent } from "react";
import { Refusal } from "../api.ts";
import type { Account, Role } from "../protocol.ts";
import { useShared } from "./use.ts";

const ROLES: Role[] = ["agent", "lead", "compliance", "admin"];

/** Who may sign in, and as what. */
export function Accounts() {
  const { desk, w } = useShared();
  const [accounts, setAccounts] = useState<Account[]>([]);
  const [said, setSaid] = useState("");
  const run = async (work: () => Promise<void>, done = ""): Promise<boolean> => {
    try {
      await work();
      setAccounts(await desk.api.accounts());
      setSaid(done);
      return true;
    } catch (cause) {
      setSaid((cause instanceof Refusal && cause.message) || w.admin.failed);
      return false;
    }
  };
  useEffect(() => void run(async () => {}), []);
  return (
    <main className="sheet">
      <h2>{w.admin.accounts}</h2>
      <p role="status" className="soft">{said}</p>
      <div className="table-frame" tabIndex={0} role="region" aria-label={w.admin.accounts}>
        <table>
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
      <NewAccount onCreate={(account) => run(() => desk.api.createAccount(account), w.admin.saved)} />
    </main>
  );
}

function AccountRow({ account, onChange }: { account: Account; onChange: (change: Partial<Account>) => Promise<boolean> }) {
  const { state, w } = useShared();
  return (
    <tr className={account.disabled ? "off" : ""}>
      <td>{account.user}</td>
      <td>{account.name}</td>
      <td>
        <RoleSelect value={account.role} onChange={(role) => void onChange({ role })} label={`${w.admin.role} ${account.user}`} disabled={account.company || account.user === state.me!.user} />
      </td>
      <td>{(account.queues ?? []).join(", ")}</td>
      <td>
        <Button size="small" disabled={account.user === state.me!.user} onClick={() => void onChange({ disabled: !account.disabled })}>
          {account.disabled ? w.admin.enable : w.admin.disable}
        </Button>
      </td>
    </tr>
  );
}

function RoleSelect({ value, onChange, label, disabled, id }: { value: Role; onChange: (role: Role) => void; label?: string; disabled?: boolean; id?: string }) {
  const { w } = useShared();
  return <Select<Role> id={id} className="role" aria-label={label} value={value} disabled={disabled} onChange={onChange} options={ROLES.map((role) => ({ value: role, label: w.roles[role] }))} />;
}

function NewAccount({ onCreate }: { onCreate: (account: Account & { password: string }) => Promise<boolean> }) {
  const { w } = useShared();
  const [fields, setFields] = useState({ user: "", name: "", queues: "", password: "" });
  const [role, setRole] = useState<Role>("agent");
  const ready = fields.user.trim() && fields.name.trim() && fields.password;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const queues = fields.queues.split(/[,，]/).map((id) => id.trim()).filter(Boolean);
    const created = await onCreate({ user: fields.user.trim(), name: fields.name.trim(), password: fields.password, role, queues });
    if (created) setFields({ user: "", name: "", queues: "", password: "" });
  };
  return (
    <form className="form narrow" onSubmit={(event) => void submit(event)}>
      {(["user", "name", "password", "queues"] as const).map((key) => (
        <div key={key}>
          <label className="field" htmlFor={`new-${key}`}>{w.admin[key]}</label>
          <Input
            id={`new-${key}`} type={key === "password" ? "password" : "text"} autoComplete={key === "password" ? "new-password" : "off"} value={fields[key]}
            placeholder={key === "queues" ? w.admin.queuesHint : undefined} onChange={(event) => setFields({ ...fields, [key]: event.target.value })}
          />
        </div>
      ))}
      <div>
        <label className="field" htmlFor="new-role">{w.admin.role}</label>
        <RoleSelect id="new-role" value={role} onChange={setRole} label={w.admin.role} />
      </div>
      <Button type="primary" htmlType="submit" disabled={!ready}>
        {w.admin.save}
      </Button>
    </form>
  );
}
