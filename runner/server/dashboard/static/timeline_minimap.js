// The whole of what is loaded, small: how many tasks there are at each time and the worst of them, and the part that is
// seen, which can be dragged or drawn anew.

const BINS = 600, GRIP = 6, LEAST_DRAG = 4;

export class Minimap {
  /** `change(from, until)` is called with the part of time that a person chooses. */
  constructor(canvas, change) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.change = change;
    this.counts = new Float64Array(BINS);
    this.worst = new Int16Array(BINS);
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => { this.drag = null; });
  }

  /** Count once what each frame draws. */
  gather(scene, theme, now) {
    this.counts.fill(0);
    this.worst.fill(-1);
    this.from = scene.from;
    this.until = scene.until;
    const scale = BINS / (scene.until - scene.from);
    for (let i = 0; i < scene.size; i++) {
      if (!scene.shown[i]) continue;
      const bin = Math.min(BINS - 1, Math.max(0, Math.floor((scene.start[i] - scene.from) * scale)));
      this.counts[bin] += scene.tasks[i];
      const s = scene.state[i];
      if (this.worst[bin] < 0 || theme.worse[s] > theme.worse[this.worst[bin]]) this.worst[bin] = s;
    }
    this.most = this.counts.reduce((most, count) => Math.max(most, count), 1);
    this.now = now;
  }

  draw(view, theme, now) {
    const box = this.canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1, it = this.context;
    if (this.canvas.width !== Math.round(box.width * ratio)) {
      this.canvas.width = Math.round(box.width * ratio);
      this.canvas.height = Math.round(box.height * ratio);
    }
    const width = box.width, height = box.height, bin = width / BINS;
    it.setTransform(ratio, 0, 0, ratio, 0, 0);
    it.fillStyle = theme.ground;
    it.fillRect(0, 0, width, height);
    for (let b = 0; b < BINS; b++) {
      if (!this.counts[b]) continue;
      const high = 4 + (height - 10) * Math.sqrt(this.counts[b] / this.most);
      it.fillStyle = theme.colours[this.worst[b]];
      it.fillRect(b * bin, height - 2 - high, Math.max(1, bin), high);
    }
    it.fillStyle = theme.now;
    it.fillRect(this.x(now, width), 0, 2, height);
    const left = this.x(view.from, width), right = Math.max(left + 3, this.x(view.until, width));
    it.globalAlpha = 0.55;
    it.fillStyle = theme.raised;
    it.fillRect(0, 0, left, height);
    it.fillRect(right, 0, width - right, height);
    it.globalAlpha = 1;
    it.strokeStyle = theme.focus;
    it.lineWidth = 2;
    it.strokeRect(left + 1, 1, right - left - 2, height - 2);
  }

  x(ms, width) {
    return ((ms - this.from) / (this.until - this.from)) * width;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.from + ((event.clientX - box.left) / box.width) * (this.until - this.from);
  }

  down(event) {
    if (this.from === undefined) return;
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.at(event), view = this.view();
    const slack = (GRIP / this.canvas.clientWidth) * (this.until - this.from);
    const kind = Math.abs(at - view.from) < slack ? "from" : Math.abs(at - view.until) < slack ? "until"
      : at > view.from && at < view.until ? "move" : "new";
    this.drag = { kind, at, view, x: event.clientX };
  }

  move(event) {
    const drag = this.drag;
    if (!drag) return;
    const at = this.at(event), { view } = drag;
    if (drag.kind === "move") this.change(view.from + at - drag.at, view.until + at - drag.at);
    else if (Math.abs(event.clientX - drag.x) < LEAST_DRAG) return;
    else if (drag.kind === "from") this.change(Math.min(at, view.until - 60e3), view.until);
    else if (drag.kind === "until") this.change(view.from, Math.max(at, view.from + 60e3));
    else this.change(Math.min(at, drag.at), Math.max(at, drag.at));
  }

  up(event) {
    const drag = this.drag;
    this.drag = null;
    if (drag && drag.kind === "new" && Math.abs(event.clientX - drag.x) < LEAST_DRAG) {
      const half = (drag.view.until - drag.view.from) / 2;
      this.change(drag.at - half, drag.at + half);
    }
  }
}
