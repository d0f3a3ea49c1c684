// The end user's chat: draws what the server tells, sends what the user does. Words are only ever set as text.

const WORDS = {
  en: {
    title: "Chat with Kopi Kita",
    assistant: "Assistant",
    withAssistant: "with our assistant",
    withHuman: (name) => `with ${name}`,
    you: "You",
    write: "Write a message",
    send: "Send",
    leave: "End chat",
    again: "New chat",
    left: "You have ended this chat.",
    typing: (name) => `${name || "Assistant"} is typing`,
    lost: "The connection is lost. Trying again…",
    sending: "Sending…",
    notSent: "Not sent.",
    retry: "Try again",
    closed: "This chat is closed. Begin a new one.",
    newest: "New messages",
    hint: "This is a demonstration: ask about an order, opening hours or the menu, or ask for a person.",
  },
  id: {
    title: "Obrolan dengan Kopi Kita",
    assistant: "Asisten",
    withAssistant: "dengan asisten kami",
    withHuman: (name) => `dengan ${name}`,
    you: "Anda",
    write: "Tulis pesan",
    send: "Kirim",
    leave: "Akhiri obrolan",
    again: "Obrolan baru",
    left: "Anda telah mengakhiri obrolan ini.",
    typing: (name) => `${name || "Asisten"} sedang mengetik`,
    lost: "Sambungan terputus. Mencoba lagi…",
    sending: "Mengirim…",
    notSent: "Tidak terkirim.",
    retry: "Coba lagi",
    closed: "Obrolan ini sudah ditutup. Mulailah yang baru.",
    newest: "Pesan baru",
    hint: "Ini peragaan: tanyakan pesanan, jam buka atau menu, atau mintalah bicara dengan petugas.",
  },
};

// As long as Baton lets dots live without being told again, in milliseconds.
const DOTS_LIVE = 6000;
// How often the server is told that the user types, and after what silence that they stopped.
const TYPES_EVERY = 2500;
const TYPES_NO_MORE = 4000;
const NEAR_THE_END = 80;
const KEPT_AS = "baton-end-user-chat";

const words = navigator.language.toLowerCase().startsWith("id") ? WORDS.id : WORDS.en;
const at = (id) => document.getElementById(id);
const [log, form, text, send, leave, typing, lost, newest] = ["log", "form", "text", "send", "leave", "typing", "lost", "newest"].map(at);

let chatId = "";
let source;
let seen = 0;
let unreported = false;
let dots;
let toldTyping = 0;
let stopped;
let over = false;

function draw() {
  document.documentElement.lang = words === WORDS.id ? "id" : "en";
  document.title = words.title;
  at("with").textContent = words.withAssistant;
  at("text-label").textContent = words.write;
  text.placeholder = words.write;
  send.textContent = words.send;
  leave.textContent = words.leave;
  lost.textContent = words.lost;
  newest.textContent = words.newest;
  at("hint").textContent = words.hint;
}

async function post(path, body) {
  return fetch(`/api/chats${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

async function begin() {
  chatId = sessionStorage.getItem(KEPT_AS) ?? "";
  if (!chatId) {
    const asked = new URLSearchParams(location.search);
    const answer = await post("", { name: asked.get("name") ?? "", email: asked.get("email") ?? "", locale: navigator.language });
    chatId = (await answer.json()).chat_id;
    sessionStorage.setItem(KEPT_AS, chatId);
  }
  follow();
  text.focus();
}

function follow() {
  source = new EventSource(`/api/chats/${chatId}/events`);
  source.onopen = () => (lost.hidden = true);
  source.onerror = () => (lost.hidden = false);
  source.onmessage = (frame) => hear(JSON.parse(frame.data));
}

function hear(event) {
  if (event.type === "typing") {
    showDots(event.active, event.agent ?? "");
    return;
  }
  if (event.n <= seen) return;
  seen = event.n;
  if (event.author === "user") {
    place(event.id).state.textContent = time(event.at);
    const known = place(event.id);
    known.body.textContent = event.text;
  } else {
    showDots(false);
    add(event);
    unreported = unreported || event.author === "human";
    report();
  }
}

// Only the words decide where the view is: who reads further up stays there.
function follows(change) {
  const stays = log.scrollHeight - log.scrollTop - log.clientHeight > NEAR_THE_END;
  change();
  if (stays) newest.hidden = false;
  else log.scrollTop = log.scrollHeight;
}

function element(tag, className, content = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}

function time(moment) {
  return new Date(moment).toLocaleTimeString(navigator.language, { hour: "2-digit", minute: "2-digit" });
}

function add(event) {
  follows(() => {
    if (event.author === "system") {
      log.append(element("li", "system", event.text));
      return;
    }
    const by = event.author === "human" ? event.agent : words.assistant;
    const item = element("li", `message ${event.author}`);
    item.append(element("span", "by", by), element("span", "words", event.text), element("span", "state", time(event.at)));
    log.append(item);
    at("with").textContent = event.author === "human" ? words.withHuman(event.agent) : words.withAssistant;
  });
}

const placed = new Map();

// The user's own message stands on the page from the moment it is sent; what the server says of it later belongs to it.
function place(id) {
  const known = placed.get(id);
  if (known) return known;
  const item = element("li", "message user");
  const made = { body: element("span", "words"), state: element("span", "state") };
  item.append(element("span", "by hidden", words.you), made.body, made.state);
  follows(() => log.append(item));
  placed.set(id, made);
  return made;
}

function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

async function say(id, content) {
  const mine = place(id);
  mine.body.textContent = content;
  mine.state.className = "state";
  mine.state.textContent = words.sending;
  log.scrollTop = log.scrollHeight;
  let status = 0;
  try {
    status = (await post(`/${chatId}/messages`, { id, text: content })).status;
  } catch {
    // No answer: it may or may not have been said. The same id again says it once.
  }
  if (status === 204) {
    if (mine.state.textContent === words.sending) mine.state.textContent = time(Date.now());
  } else if (status === 409) {
    end(words.closed);
  } else {
    mine.state.className = "state bad";
    mine.state.textContent = `${words.notSent} `;
    const retry = element("button", "", words.retry);
    retry.type = "button";
    retry.onclick = () => say(id, content);
    mine.state.append(retry);
  }
}

function showDots(active, agent = "") {
  clearTimeout(dots);
  if (active) {
    follows(() => (typing.hidden = false));
    at("typing-words").textContent = words.typing(agent);
    dots = setTimeout(() => showDots(false), DOTS_LIVE);
  } else {
    typing.hidden = true;
  }
}

// Shown is what stands before the user's eyes: the page in front.
function report() {
  if (unreported && document.visibilityState === "visible") {
    unreported = false;
    post(`/${chatId}/seen`, {}).catch(() => (unreported = true));
  }
}

function types(active) {
  clearTimeout(stopped);
  const now = Date.now();
  if (active) stopped = setTimeout(() => types(false), TYPES_NO_MORE);
  if (active ? now - toldTyping > TYPES_EVERY : toldTyping > 0) {
    toldTyping = active ? now : 0;
    post(`/${chatId}/typing`, { active }).catch(() => {});
  }
}

function end(why) {
  over = true;
  source?.close();
  showDots(false);
  log.append(element("li", "system", why));
  log.scrollTop = log.scrollHeight;
  text.disabled = send.disabled = true;
  leave.textContent = words.again;
  leave.focus();
}

form.onsubmit = (submitted) => {
  submitted.preventDefault();
  const content = text.value.trim();
  if (!content || over) return;
  text.value = "";
  types(false);
  say(newId(), content);
};
text.onkeydown = (key) => {
  if (key.key === "Enter" && !key.shiftKey && !key.isComposing) {
    key.preventDefault();
    form.requestSubmit();
  }
};
text.oninput = () => types(text.value !== "");
leave.onclick = async () => {
  if (!over) {
    await post(`/${chatId}/leave`, {}).catch(() => {});
    end(words.left);
    return;
  }
  sessionStorage.removeItem(KEPT_AS);
  location.reload();
};
newest.onclick = () => {
  log.scrollTop = log.scrollHeight;
};
log.onscroll = () => {
  if (log.scrollHeight - log.scrollTop - log.clientHeight <= NEAR_THE_END) newest.hidden = true;
};
document.addEventListener("visibilitychange", report);

draw();
await begin();
