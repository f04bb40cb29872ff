// What is drawn in one colour at once.

/** Bars of one state, gathered within a frame; the array grows and stays. */
export class Bars {
  constructor() {
    this.at = new Float32Array(4096);
    this.size = 0;
  }

  /** Returns its place. */
  add(x, y, w, h) {
    if (this.size + 4 > this.at.length) {
      const larger = new Float32Array(this.at.length * 2);
      larger.set(this.at);
      this.at = larger;
    }
    const at = this.at, n = this.size;
    at[n] = x;
    at[n + 1] = y;
    at[n + 2] = w;
    at[n + 3] = h;
    this.size = n + 4;
    return n;
  }

  /** Let a bar end later. */
  widen(n, to) {
    this.at[n + 2] = to - this.at[n];
  }
}
