// What the script tag starts: one widget and window.Kaitong.

import { h, type ComponentChild } from "preact";
import type { KaitongAPI } from "./api.ts";
import { Control } from "./control.ts";
import { mount, TAG } from "./element.ts";
import { FrameControl, serveHost } from "./frame.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { App } from "./view/app.tsx";
import { FramedApp } from "./view/framed.tsx";
import { tellNative } from "./webview.ts";

const script = document.currentScript;
if (window.Kaitong) console.warn("[kaitong] the widget is on this page already; the second script does nothing.");
else if (!(script instanceof HTMLScriptElement)) console.error("[kaitong] load widget.js by a classic <script src>, not as a module: it reads its settings from the tag.");
else start(settingsOf(script));

function start(settings: Settings): void {
  const [control, view] = settings.mode === "iframe" ? framed(settings) : own(settings);
  window.Kaitong = api(control);
  whenReady(() => {
    mount(view);
    control.begin();
  });
}

function own(settings: Settings): [Control, ComponentChild] {
  const control = new Control(settings);
  if (settings.framed) serveHost(control);
  else if (settings.mode === "page") tellNative(control.events);
  return [control, h(App, { control })];
}

function framed(settings: Settings): [FrameControl, ComponentChild] {
  const control = new FrameControl(settings);
  return [control, h(FramedApp, { control })];
}

// Only what is meant for hosts, and it works without `this`.
function api(control: KaitongAPI): KaitongAPI {
  return {
    open: (question) => control.open(question),
    close: () => control.close(),
    setToken: (token) => control.setToken(token),
    reset: () => control.reset(),
    setLocale: (locale) => control.setLocale(locale),
    setTheme: (theme) => control.setTheme(theme),
    on: (name, call) => control.on(name, call),
  };
}

function whenReady(call: () => void): void {
  if (document.body || document.querySelector(TAG)) call();
  else addEventListener("DOMContentLoaded", call, { once: true });
}
