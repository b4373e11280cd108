// What the script tag starts: one widget and window.Kaitong.

import { h, type ComponentChild } from "preact";
import type { KaitongAPI } from "./api.ts";
import type { Chat } from "./chat.ts";
import { Control } from "./control.ts";
import { mount, TAG } from "./element.ts";
import { FrameControl, serveHost } from "./frame.ts";
import { settingsOf, tokenInAddress, type Settings } from "./settings.ts";
import { App } from "./view/app.tsx";
import { FramedApp } from "./view/framed.tsx";
import { tellNative } from "./webview.ts";

const script = document.currentScript;
if (typeof window.Kaitong?.open === "function") console.warn("[kaitong] loaded twice.");
else if (!(script instanceof HTMLScriptElement)) console.error("[kaitong] widget.js must be a classic <script src>, not a module.");
else start(settingsOf(script));

function start(settings: Settings): void {
  const [control, view] = settings.mode === "iframe" ? framed(settings) : own(settings);
  window.Kaitong = api(control);
  whenReady(() => {
    mount(view, settings.base);
    setTimeout(() => control.begin()); // the next script may have a token
  });
}

function own(settings: Settings): [Control, ComponentChild] {
  const control = new Control(settings);
  if (settings.framed) serveHost(control);
  if (settings.mode === "page") dress(control.chat);
  if (settings.mode === "page" && !settings.framed) {
    tellNative(control.events);
    // A webview that is sent to another #token= loads no new page.
    addEventListener("hashchange", () => {
      const token = tokenInAddress();
      if (token) control.setToken(token);
    });
  }
  return [control, h(App, { control })];
}

function framed(settings: Settings): [FrameControl, ComponentChild] {
  const control = new FrameControl(settings);
  return [control, h(FramedApp, { control })];
}

// Only what is meant for hosts, and it works without `this`.
function api(control: KaitongAPI): KaitongAPI {
  const calls = ["close", "setToken", "reset", "setLocale", "setTheme", "on"] as const;
  const bound = Object.fromEntries(calls.map((name) => [name, (control[name] as () => void).bind(control)]));
  const open = (question?: unknown) => control.open(typeof question === "string" ? question : undefined); // not the event of a click
  return { ...bound, open } as KaitongAPI;
}

/** A page of its own bears the title of what it is about, in its language. */
function dress(chat: Chat): void {
  chat.watch(() => {
    document.title = chat.page?.title ?? chat.words.title;
    document.documentElement.lang = chat.locale;
  });
}

function whenReady(call: () => void): void {
  if (document.body || document.querySelector(TAG)) call();
  else addEventListener("DOMContentLoaded", call, { once: true });
}
