import Alert from "antd/es/alert";
import Input from "antd/es/input";
import Modal from "antd/es/modal";
import { useState } from "react";
import { Refusal } from "../api.ts";
import { focusOn } from "./keys.ts";
import { useShared } from "./use.ts";

/** Changes one's own password. It ends every session, this one too. */
export function PasswordDialog() {
  const { desk, w } = useShared();
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const t = w.passwordDialog;
  const close = () => desk.show({ dialog: "" });
  const go = async () => {
    if (!old || !fresh) return;
    setBusy(true);
    try {
      await desk.api.password(old, fresh);
      await desk.api.me(); // the session has ended, which leads to the sign-in page
    } catch (cause) {
      const wrongOld = cause instanceof Refusal && cause.code === "bad_field";
      setError(wrongOld ? t.wrongOld : (cause instanceof Refusal && cause.message) || t.failed);
      setBusy(false);
    }
  };
  return (
    <Modal
      open title={t.title} okText={t.go} cancelText={w.cancel} confirmLoading={busy} okButtonProps={{ disabled: !old || !fresh }} onOk={() => void go()} onCancel={close}
      afterOpenChange={(open) => open && focusOn("password-old")}
    >
      <p className="soft">{t.lead}</p>
      <div className="form">
        <label className="field" htmlFor="password-old">{t.old}</label>
        <Input id="password-old" type="password" autoComplete="current-password" value={old} onChange={(event) => setOld(event.target.value)} />
        <label className="field" htmlFor="password-new">{t.fresh}</label>
        <Input id="password-new" type="password" autoComplete="new-password" value={fresh} placeholder={t.hint} onChange={(event) => setFresh(event.target.value)} onPressEnter={() => void go()} />
      </div>
      {error && <Alert className="dialog-error" type="error" title={error} role="alert" />}
    </Modal>
  );
}
