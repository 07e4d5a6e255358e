/**
 * Sums without loss of digits (Kahan's, in Neumaier's form), as in util/kahansum, and averages (functions.go,
 * funcAvgOverTime).
 */
export class KahanSum {
  sum = 0;
  /** What the sum has lost so far. */
  rest = 0;

  add(v: number): void {
    const t = this.sum + v;
    if (t === Infinity || t === -Infinity) this.rest = 0;
    else if (Math.abs(this.sum) >= Math.abs(v)) this.rest += this.sum - t + v;
    else this.rest += v - t + this.sum;
    this.sum = t;
  }

  get total(): number {
    return this.sum === Infinity || this.sum === -Infinity ? this.sum : this.sum + this.rest;
  }
}

/** Adds up while the sum stays finite, then continues with a running mean. */
export class KahanMean {
  readonly #s = new KahanSum();
  #count = 0;
  #running = false;

  add(v: number): void {
    const s = this.#s;
    this.#count++;
    if (this.#count === 1) {
      s.sum = v;
      return;
    }
    const n = this.#count;
    if (!this.#running) {
      const { sum, rest } = s;
      s.add(v);
      if (s.sum !== Infinity && s.sum !== -Infinity) return;
      this.#running = true;
      s.sum = sum / (n - 1);
      s.rest = rest / (n - 1);
    }
    const q = (n - 1) / n;
    s.sum *= q;
    s.rest *= q;
    s.add(v / n);
  }

  get mean(): number {
    return this.#running ? this.#s.sum + this.#s.rest : this.#s.sum / this.#count + this.#s.rest / this.#count;
  }
}
