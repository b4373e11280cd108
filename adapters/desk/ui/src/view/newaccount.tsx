import Button from "antd/es/button";
import Input from "antd/es/input";
import Select from "antd/es/select";
import { useState, type FormEvent } from "react";
import { Refusal } from "../api.ts";
import type { Account, Role } from "../protocol.ts";
import { useShared } from "./use.ts";

const ROLES: Role[] = ["agent", "lead", "compliance", "admin"];
const KEYS = ["user", "name", "password", "queues"] as const;

type Key = (typeof KEYS)[number];
type Fields = Record<Key, string>;

const EMPTY: Fields = { user: "", name: "", password: "", queues: "" };
const ID = /^[a-z][a-z0-9._-]{1,63}$/;

const listOf = (queues: string): string[] => queues.split(/[,，]/).map((id) => id.trim()).filter(Boolean);

/** What the server would refuse, by field. */
function wrongOf({ user, name, password, queues }: Fields): Key[] {
  const right: Record<Key, boolean> = {
    user: ID.test(user.trim()) && !user.trim().startsWith("demo-"),
    name: name.trim() !== "" && [...name.trim()].length <= 64,
    password: [...password].length >= 12 && new Set(password).size >= 5 && !password.toLowerCase().includes(user.trim().toLowerCase()),
    queues: listOf(queues).every((id) => ID.test(id)),
  };
  return KEYS.filter((key) => !right[key]);
}

/** Which field a refusal is about. */
const fieldOf = ({ code, field }: Refusal): Key | undefined => (code === "exists" ? "user" : KEYS.find((key) => key === field));

interface Said {
  wrong: Key[];
  at?: Key; // where the words of the server belong; none: below
  words: string;
}

const NOTHING: Said = { wrong: [], words: "" };

export function NewAccount({ onCreate }: { onCreate: (account: Account & { password: string }) => Promise<void> }) {
  const { w } = useShared();
  const [fields, setFields] = useState(EMPTY);
  const [role, setRole] = useState<Role>("agent");
  const [said, say] = useState(NOTHING);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = wrongOf(fields);
    say({ wrong, words: "" });
    if (wrong.length) return document.getElementById(`new-${wrong[0]}`)?.focus();
    try {
      await onCreate({ user: fields.user.trim(), name: fields.name.trim(), password: fields.password, role, queues: listOf(fields.queues) });
      setFields(EMPTY);
    } catch (cause) {
      const at = cause instanceof Refusal ? fieldOf(cause) : undefined;
      say({ wrong: at ? [at] : [], at, words: (cause instanceof Refusal && cause.message) || w.admin.failed });
    }
  };
  const change = (key: Key, text: string) => {
    setFields({ ...fields, [key]: text });
    if (said.wrong.includes(key)) say({ ...said, wrong: said.wrong.filter((one) => one !== key) });
  };
  return (
    <form className="form narrow" noValidate onSubmit={(event) => void submit(event)}>
      {KEYS.map((key) => (
        <Field key={key} name={key} value={fields[key]} wrong={said.wrong.includes(key)} words={said.at === key ? said.words : ""} onChange={(text) => change(key, text)} />
      ))}
      <div>
        <label className="field" htmlFor="new-role">{w.admin.role}</label>
        <RoleSelect id="new-role" value={role} onChange={setRole} label={w.admin.role} />
      </div>
      {said.words && !said.at && <p className="field-error" role="alert">{said.words}</p>}
      <Button type="primary" htmlType="submit">
        {w.admin.save}
      </Button>
    </form>
  );
}

interface FieldProps {
  name: Key;
  value: string;
  wrong: boolean;
  words: string; // of the server, instead of the rule
  onChange: (text: string) => void;
}

/** A field with its rule below, which turns red where it is broken. */
function Field({ name, value, wrong, words, onChange }: FieldProps) {
  const { w } = useShared();
  const secret = name === "password";
  return (
    <div>
      <label className="field" htmlFor={`new-${name}`}>{w.admin[name]}</label>
      <Input
        id={`new-${name}`} type={secret ? "password" : "text"} autoComplete={secret ? "new-password" : "off"} autoCapitalize="none" value={value} status={wrong ? "error" : ""}
        aria-invalid={wrong} aria-describedby={`new-${name}-rule`} onChange={(event) => onChange(event.target.value)}
      />
      <p id={`new-${name}-rule`} className={wrong ? "field-error" : "soft"} role={wrong ? "alert" : undefined}>
        {(wrong && words) || w.admin.rules[name]}
      </p>
    </div>
  );
}

export function RoleSelect({ value, onChange, label, id }: { value: Role; onChange: (role: Role) => void; label?: string; id?: string }) {
  const { w } = useShared();
  return <Select<Role> id={id} className="role" aria-label={label} value={value} onChange={onChange} options={ROLES.map((role) => ({ value: role, label: w.roles[role] }))} />;
}
