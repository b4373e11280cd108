// The small switches of the top bar and the sign-in page.

import BellOutlined from "@ant-design/icons/es/icons/BellOutlined";
import MoonOutlined from "@ant-design/icons/es/icons/MoonOutlined";
import MutedOutlined from "@ant-design/icons/es/icons/MutedOutlined";
import NotificationOutlined from "@ant-design/icons/es/icons/NotificationOutlined";
import SoundOutlined from "@ant-design/icons/es/icons/SoundOutlined";
import SunOutlined from "@ant-design/icons/es/icons/SunOutlined";
import TranslationOutlined from "@ant-design/icons/es/icons/TranslationOutlined";
import Button from "antd/es/button";
import { useShared } from "./use.ts";

export function LocaleButton() {
  const { desk, state, w } = useShared();
  const other = state.prefs.locale === "en" ? "zh-CN" : "en";
  return (
    <Button type="text" icon={<TranslationOutlined />} lang={other} onClick={() => desk.setPrefs({ locale: other })}>
      {w.otherLanguage}
    </Button>
  );
}

export function ThemeButton({ words = true }: { words?: boolean }) {
  const { desk, state, w } = useShared();
  const other = state.prefs.theme === "dark" ? "light" : "dark";
  const label = w.theme[other];
  return (
    <Button type="text" icon={other === "dark" ? <MoonOutlined /> : <SunOutlined />} aria-label={label} title={label} onClick={() => desk.setPrefs({ theme: other })}>
      {words ? label : null}
    </Button>
  );
}

export function SoundButton({ words = true }: { words?: boolean }) {
  const { desk, state, w } = useShared();
  const on = state.prefs.sound;
  const label = on ? w.sound.on : w.sound.off;
  return (
    <Button type="text" icon={on ? <SoundOutlined /> : <MutedOutlined />} aria-pressed={on} aria-label={label} title={label} onClick={() => desk.toggleSound()}>
      {words ? label : null}
    </Button>
  );
}

export function NotifyButton() {
  const { desk, state, w } = useShared();
  const on = state.prefs.notify;
  return (
    <Button type="text" icon={on ? <NotificationOutlined /> : <BellOutlined />} aria-pressed={on} onClick={() => void desk.toggleNotify()}>
      {on ? w.notify.on : w.notify.off}
    </Button>
  );
}
