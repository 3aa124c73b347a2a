// The live log of a run. The server sends each line once; the page keeps the first HEAD and the last
// TAIL of them and says how many it left out. Lines are drawn once a frame, however fast they come.

const HEAD = 1000, TAIL = 4000;
const LEVELS = {debug: 0, info: 1, warning: 2, error: 3, critical: 3};

class Log {
  constructor(view) {
    this.url = view.dataset.log;
    this.box = view.querySelector("[data-log-lines]");
    this.said = view.querySelector("[data-log-said]");
    this.follow = view.querySelector("[data-log-follow]");
    this.level = view.querySelector("[data-log-level]");
    this.search = view.querySelector("[data-log-search]");
    this.pause = view.querySelector("[data-log-pause]");
    this.wrap = view.querySelector("[data-log-wrap]");
    this.gap = document.createElement("p");
    this.gap.className = "log-gap";
    this.last = 0; // the number of the last line that came
    this.leftOut = 0;
    this.head = 0; // how many lines stand before the gap
    this.waiting = []; // lines that came since the last frame
    this.state = "";
    this.listen();
    this.open();
  }

  listen() {
    this.level.addEventListener("change", () => this.filter());
    this.search.addEventListener("input", () => this.filter());
    this.wrap.addEventListener("change", () => this.box.classList.toggle("no-wrap", !this.wrap.checked));
    this.follow.addEventListener("change", () => this.scroll());
    this.pause.addEventListener("click", () => this.setPaused(this.pause.getAttribute("aria-pressed") !== "true"));
    // Who scrolls up wants to read there; who comes back to the end follows again.
    this.box.addEventListener("scroll", () => {
      const atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 30;
      if (!this.drawing) this.follow.checked = atEnd;
    });
    addEventListener("pagehide", () => this.source?.close());
    addEventListener("pageshow", (event) => event.persisted && !this.done && this.open());
  }

  // A pause closes the stream: what comes meanwhile costs nothing, and is sent when it goes on.
  setPaused(on) {
    this.pause.setAttribute("aria-pressed", String(on));
    this.pause.textContent = on ? "Go on" : "Pause";
    if (on) this.source?.close();
    else if (!this.done) this.open();
    this.tell(on ? "paused" : "live");
  }

  open() {
    this.source = new EventSource(`${this.url}?after=${this.last}`);
    this.tell("live");
    this.source.addEventListener("open", () => this.tell("live"));
    this.source.addEventListener("message", (event) => {
      this.last = Number(event.lastEventId) || this.last;
      this.take(JSON.parse(event.data));
    });
    this.source.addEventListener("end", () => {
      this.source.close();
      this.done = true;
      this.pause.hidden = true;
      this.tell("complete");
    });
    this.source.addEventListener("error", () => {
      this.tell(this.source.readyState === EventSource.CLOSED ? "not live: load the page again" : "connection lost, trying again");
    });
  }

  take(message) {
    if (message.left_out) {
      this.draw(); // lines of the head may wait among them
      this.drop(this.box.querySelectorAll(".log-line").length - this.head);
      this.leftOut += message.left_out;
    }
    this.waiting.push(...message.lines);
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.waiting.length > TAIL && this.head >= HEAD) this.leftOut += this.waiting.splice(0, this.waiting.length - TAIL).length;
    const room = Math.max(0, HEAD - this.head);
    const first = this.waiting.splice(0, room);
    this.head += first.length;
    if (first.length) this.gap.isConnected ? this.gap.before(this.made(first)) : this.box.append(this.made(first));
    if (this.waiting.length) this.box.append(this.made(this.waiting));
    this.waiting = [];
    this.drop(this.box.querySelectorAll(".log-line").length - HEAD - TAIL);
    if (this.leftOut) {
      if (!this.gap.isConnected) this.box.querySelectorAll(".log-line")[this.head - 1]?.after(this.gap);
      this.gap.textContent = `${this.leftOut.toLocaleString("en")} lines left out: the download has them`;
    }
    this.scroll();
    this.tell();
  }

  // Take away the oldest lines after the head.
  drop(count) {
    if (count <= 0) return;
    const lines = this.box.querySelectorAll(".log-line");
    for (let place = this.head; place < this.head + count && place < lines.length; place++) lines[place].remove();
    this.leftOut += Math.min(count, lines.length - this.head);
  }

  made(lines) {
    const all = document.createDocumentFragment();
    for (const [number, at, level, text] of lines) {
      const line = document.createElement("div");
      line.className = `log-line level-${level in LEVELS ? level : "info"}`;
      line.dataset.level = level;
      const time = document.createElement("time");
      time.textContent = at;
      time.title = `line ${number}`;
      const word = document.createElement("span");
      word.className = "word";
      word.textContent = level;
      line.append(time, " ", word, " ", text);
      line.hidden = !this.wanted(line);
      all.append(line);
    }
    return all;
  }

  wanted(line) {
    if ((LEVELS[line.dataset.level] ?? 1) < LEVELS[this.level.value]) return false;
    const text = this.search.value.toLowerCase();
    return !text || line.textContent.toLowerCase().includes(text);
  }

  filter() {
    for (const line of this.box.querySelectorAll(".log-line")) line.hidden = !this.wanted(line);
    this.scroll();
    this.tell();
  }

  scroll() {
    if (!this.follow.checked) return;
    this.drawing = true;
    this.box.scrollTop = this.box.scrollHeight;
    requestAnimationFrame(() => requestAnimationFrame(() => { this.drawing = false; }));
  }

  tell(state = this.state) {
    this.state = state;
    const all = this.box.querySelectorAll(".log-line").length;
    const shown = this.search.value || this.level.value !== "debug"
      ? `${this.box.querySelectorAll(".log-line:not([hidden])").length.toLocaleString("en")} of ` : "";
    const text = `${shown}${all.toLocaleString("en")} line${all === 1 ? "" : "s"}, ${state}`;
    if (this.said.textContent !== text) this.said.textContent = text;
  }
}

for (const view of document.querySelectorAll("[data-log]")) new Log(view);
