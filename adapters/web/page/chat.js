// The chat page: joins the connection and the document.

import { button, drawBlocks, el } from "./blocks.js";
import { Connection } from "./connection.js";
import { ANONYMOUS, closePicker, drawUsers, isWide, wirePicker } from "./picker.js";
import { canVote, drawVotes, markVote } from "./votes.js";
import { preferredLocale, words } from "./words.js";

const $ = (id) => document.getElementById(id);
const STORE = "kaitong.chat";
const TYPING_AFTER_MS = 300; // a quick answer needs no typing bubble
const TYPING_LIMIT_MS = 20000;

/** What survives a reload of this tab. */
const state = { locale: preferredLocale(), user: null, conv: "", epoch: "", anon: "", acts: [], votes: {}, ...restore() };

let connection;
let users = []; // demo users; empty outside demo mode
let greeting = [];
let page = null; // what the served pack wants around the chat: title and questions
const shown = new Map(); // message id -> element
let typingTimer = 0;
let replayUpTo = 0; // while events up to here are replayed nothing is announced or scrolled one by one
let followDue = false;
let openChoices = []; // groups of quick replies that can still be tapped

start();

async function start() {
  users = await loadUsers();
  if (state.user === null || (state.user !== ANONYMOUS && !users.some((user) => user.id === state.user))) {
    state.user = users[0]?.id ?? ANONYMOUS;
  }
  translate();
  wire();
  connect();
}

async function loadUsers() {
  try {
    const response = await fetch("/v1/demo/users");
    return response.ok ? (await response.json()).users : [];
  } catch {
    return [];
  }
}

// --- connection

function connect() {
  connection?.close();
  clearThread();
  connection = new Connection({ ...state, getToken });
  const on = (name, handle) => connection.addEventListener(name, (event) => handle(event.detail));
  on("status", showStatus);
  on("welcome", welcomed);
  on("reset", clearThread);
  on("frame", showFrame);
  on("act", showAct);
  on("trouble", (message) => showBanner(words(state.locale)[message] || message));
  on("final", finished);
  showStatus(connection.status);
  connection.open();
}

async function getToken() {
  if (state.user === ANONYMOUS) return null;
  const response = await fetch("/v1/demo/token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: state.user }),
  });
  if (!response.ok) throw new Error(`token: ${response.status}`);
  return (await response.json()).token;
}

function welcomed(data) {
  hideBanner();
  greeting = data.greeting;
  page = data.page;
  drawPage();
  drawGreeting();
  if (data.seq > connection.lastSeq) {
    replayUpTo = data.seq;
    $("log").setAttribute("aria-busy", "true");
  }
  for (const act of connection.acts.values()) showAct(act);
  save();
}

function checkReplay() {
  if (replayUpTo === 0 || connection.lastSeq < replayUpTo) return;
  replayUpTo = 0;
  $("log").removeAttribute("aria-busy");
}

function finished(message) {
  forgetConversation();
  const again = button("quiet", words(state.locale).restart, () => { state.anon = ""; connect(); });
  showBanner(message, again);
}

function forgetConversation() {
  Object.assign(state, { conv: "", epoch: "", acts: [], votes: {} });
  save(false);
}

// --- the thread

function clearThread() {
  shown.clear();
  openChoices = [];
  replayUpTo = 0;
  stopTyping();
  $("thread").replaceChildren();
  drawGreeting();
  showSuggestions();
}

function drawGreeting() {
  $("thread").querySelector(".greeting")?.remove();
  if (!greeting.length) return;
  const message = draw({ author: "bot", blocks: greeting }, () => {});
  message.classList.add("greeting");
  $("thread").prepend(message);
}

/** Draws one message of anybody. */
function draw(data, onChoice) {
  const w = words(state.locale);
  const author = ["bot", "agent", "user", "system"].includes(data.author) ? data.author : "system";
  const message = el("article", `message ${author}`, el("h2", "hidden", author === "user" ? w.you : w[author]));
  const body = el("div", "body");
  body.append(...drawBlocks(data.blocks, { words: w, onChoice }));
  if (data.about?.composed === "llm") body.append(el("p", "composed", w.composed));
  message.append(body);
  return message;
}

function showFrame(frame) {
  switch (frame.type) {
    case "message":
      showMessage(frame);
      break;
    case "handoff.state":
      append(el("p", "line", words(state.locale).handoff[frame.data.state] || ""));
      break;
    case "check.state":
      showTyping({ checking: "checking", done: "checkDone", unavailable: "checkUnavailable" }[frame.data.state]);
      break;
    case "typing":
      showTyping("typing");
  }
  checkReplay();
}

function showMessage(frame) {
  if (shown.has(frame.id)) return place(shown.get(frame.id));
  if (frame.data.author !== "user") {
    stopTyping();
    retireChoices();
  }
  const message = draw(frame.data, (choice) => choose(frame.id, choice));
  if (canVote(frame)) message.append(votesOn(frame.id));
  shown.set(frame.id, message);
  openChoices.push(...message.querySelectorAll(".choices"));
  append(message);
}

function append(node) {
  const follows = followDue || replayUpTo > 0 || node.classList.contains("user") || atEnd();
  place(node);
  showSuggestions();
  if (!follows) $("jump").hidden = false;
  else if (!followDue) {
    followDue = true;
    requestAnimationFrame(follow);
  }
}

// What is still being sent stays below what is stored, and the typing bubble
// below everything.
function place(node) {
  const thread = $("thread");
  const mayWait = connection.acts.size > 0 && node.dataset.state !== "sending" && node.id !== "typing";
  const waiting = mayWait ? thread.querySelector("[data-state=sending]") : null;
  thread.insertBefore(node, waiting || (node.id === "typing" ? null : $("typing")));
}

// Keeps the end in view, but never scrolls the last question out of it: an
// answer is read from its beginning.
function follow() {
  followDue = false;
  const log = $("log");
  const questions = $("thread").querySelectorAll(".message.user");
  const last = questions[questions.length - 1];
  const end = log.scrollHeight - log.clientHeight;
  log.scrollTop = last && replayUpTo === 0 ? Math.min(end, last.offsetTop - 12) : end;
}

/** How far the end may be away to count as being there. */
const NEAR_PX = 120;

function atEnd() {
  const log = $("log");
  const last = $("thread").lastElementChild;
  // An answer taller than the window is being read from its top: that counts too.
  const read = last && last.classList.contains("bot") && last.offsetTop < log.scrollTop + log.clientHeight;
  return read || log.scrollHeight - log.clientHeight - log.scrollTop < NEAR_PX;
}

function retireChoices() {
  openChoices.forEach((group) => group.remove());
  openChoices = [];
}

// --- acts of the person

function say(text) {
  const clean = text.trim();
  if (!clean) return;
  connection.act("message.send", { text: clean }, clean);
}

function choose(message, choice) {
  retireChoices();
  connection.act("choice.send", { msg: message, choice: choice.id }, choice.label);
  // On a phone a focused box would open the keyboard after every tap.
  $(matchMedia("(pointer: coarse)").matches ? "log" : "text").focus({ preventScroll: true });
}

function votesOn(message) {
  return drawVotes({
    words: words(state.locale),
    vote: state.votes[message],
    onVote: (vote, reason) => {
      state.votes[message] = vote;
      connection.act("feedback.send", { msg: message, vote, reason }, "");
    },
  });
}

// A vote needs no bubble; one that is refused is taken back.
function showVote(act) {
  if (act.state === "failed" && act.why) {
    const { msg } = act.data;
    delete state.votes[msg];
    connection.forget(act.id);
    const group = shown.get(msg)?.querySelector(".votes");
    if (group) markVote(group, "");
  }
  save();
}

/** Shows an act as a message of the person, with how far it got. */
function showAct(act) {
  if (act.type === "feedback.send") return showVote(act);
  save();
  const w = words(state.locale);
  let message = shown.get(act.id);
  if (!message) {
    message = draw({ author: "user", blocks: [{ type: "text", text: act.shown }] }, () => {});
    message.append(el("p", "progress"));
    message.dataset.state = act.state;
    shown.set(act.id, message);
    append(message);
  }
  showProgress(message, act, w);
  if (act.state === "sending") setTimeout(() => act.state === "sending" && connection.online && !$("typing") && showTyping("typing"), TYPING_AFTER_MS);
  else stopTyping(); // the answer comes together with the ack
  checkReplay();
}

function showProgress(message, act, w) {
  const progress = message.querySelector(".progress");
  if (!progress) return;
  message.dataset.state = act.state;
  progress.replaceChildren(el("span", "", act.why || w[act.state]));
  if (act.state === "failed") {
    progress.append(button("resend", w.resend, () => {
      if (act.newID) { message.remove(); shown.delete(act.id); }
      connection.resend(act.id);
    }));
  }
}

function showTyping(word) {
  clearTimeout(typingTimer);
  typingTimer = setTimeout(stopTyping, TYPING_LIMIT_MS);
  let typing = $("typing");
  if (!typing) {
    typing = el("div", "message bot typing", el("p", "bubble", dots(), el("span", "typing-word")));
    typing.id = "typing";
  }
  typing.querySelector(".typing-word").textContent = words(state.locale)[word] || "";
  append(typing);
}

function dots() {
  const box = el("span", "dots", el("i"), el("i"), el("i"));
  box.setAttribute("aria-hidden", "true");
  return box;
}

function stopTyping() {
  clearTimeout(typingTimer);
  $("typing")?.remove();
}

// --- around the thread

function showSuggestions() {
  const asked = $("thread").querySelector(".message.user");
  $("suggestions").hidden = Boolean(asked);
}

function showStatus(status) {
  const w = words(state.locale);
  $("status").textContent = navigator.onLine === false ? w.waiting : w[status];
  $("status").dataset.status = status;
  if (status !== "online") stopTyping();
}

function showBanner(message, ...more) {
  $("banner").replaceChildren(el("span", "", message), ...more);
  $("banner").hidden = !message;
}

function hideBanner() {
  $("banner").hidden = true;
}

/** Puts every text of the page into the chosen language. */
function translate() {
  const w = words(state.locale);
  document.documentElement.lang = state.locale;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = w[node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", w[node.dataset.label]);
    if (node.tagName === "BUTTON") node.title = w[node.dataset.label];
  }
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = w[node.dataset.placeholder];
  $("lang").lang = state.locale === "en" ? "zh-CN" : "en";
  drawPage();
  drawUsers(users, state, become);
  if (connection) showStatus(connection.status);
}

/** Shows what the served pack wants around the chat, once it is known. */
function drawPage() {
  const w = words(state.locale);
  document.title = page?.title || w.title;
  $("title").textContent = document.title;
  const asks = page ? [...page.ask, w.human] : [];
  $("suggestions").replaceChildren(...asks.map((text) => button("chip", text, () => say(text))));
}

function become(user) {
  closePicker();
  if (user !== state.user) {
    state.user = user;
    translate();
    newChat();
  }
  $("text").focus();
}

function newChat() {
  connection.close();
  forgetConversation();
  greeting = [];
  connect();
}

function changeLanguage() {
  state.locale = state.locale === "en" ? "zh-CN" : "en";
  translate();
  connection.changeLocale(state.locale);
  save();
}

// --- composer

function submit(event) {
  event?.preventDefault();
  say($("text").value);
  $("text").value = "";
  grow();
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 140)}px`;
}

function wire() {
  wirePicker();
  $("lang").addEventListener("click", changeLanguage);
  $("fresh").addEventListener("click", () => { newChat(); $("text").focus(); });
  $("composer").addEventListener("submit", submit);
  $("text").addEventListener("input", grow);
  // Enter sends and Shift+Enter breaks the line. Listening for the line break,
  // not for the key, leaves the Enter alone that ends the choosing of Chinese
  // characters, and works with on-screen keyboards.
  let shift = false;
  $("text").addEventListener("keydown", (event) => { shift = event.shiftKey; });
  $("text").addEventListener("beforeinput", (event) => {
    const breaks = event.inputType === "insertLineBreak" || (event.inputType === "insertText" && event.data === "\n");
    if (breaks && !shift && !event.isComposing) submit(event);
  });
  $("log").addEventListener("scroll", () => { if (atEnd()) $("jump").hidden = true; }, { passive: true });
  $("jump").addEventListener("click", () => {
    $("jump").hidden = true;
    $("log").scrollTop = $("log").scrollHeight;
    $("log").focus({ preventScroll: true });
  });
  addEventListener("offline", () => showStatus("offline"));
  if (isWide()) $("text").focus();
}

// --- what survives a reload

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) || {};
  } catch {
    return {};
  }
}

function save(fromConnection = true) {
  if (fromConnection && connection) {
    const { conv, epoch, anon, acts } = connection;
    Object.assign(state, { conv, epoch, anon, acts: [...acts.values()] });
  }
  try {
    sessionStorage.setItem(STORE, JSON.stringify(state));
  } catch {
    // Private windows may refuse; the chat works without.
  }
}
