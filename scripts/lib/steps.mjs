// Progress for the user while a script works: "[2/5] Building the pages … 3 s". On a terminal the seconds count up in
// place; elsewhere (a log) a line is printed at the start, every half minute, at each report, and at the end.

const TICK_LOG_MS = 30_000;

export class Steps {
  #done = 0;

  constructor(total, out = process.stderr) {
    this.total = total;
    this.out = out;
  }

  /**
   * Runs `work(report)` as the next step. `usual`: how long it usually takes ("10 s", "15 min the first time").
   * `report(text)` shows progress. Returns the result of `work`; on an error, ends the step's line and rethrows.
   */
  async run(title, usual, work) {
    const head = `[${++this.#done}/${this.total}] ${title}`;
    const started = Date.now();
    const live = this.out.isTTY === true;
    let now = '';
    // Beside the step's name, since it is the time of the whole step. A log, where lines stay, gets it only once.
    let hint = usual === '' ? '' : ` (usually ${usual})`;
    const text = () => `${head}${hint}${now === '' ? '' : `: ${now}`} … ${seconds(started)}`;
    const show = () => {
      if (live) {
        this.out.write(`\r\x1b[2K${cut(text(), this.out.columns)}`);
        return;
      }
      this.out.write(`${text()}\n`);
      hint = '';
    };
    show();
    const timer = setInterval(show, live ? 1000 : TICK_LOG_MS);
    const report = (what) => {
      if (what === now) return;
      now = what;
      show();
    };
    const end = (word) => {
      clearInterval(timer);
      this.out.write(`${live ? '\r\x1b[2K' : ''}${head}: ${word}, ${seconds(started)}\n`);
    };
    try {
      const result = await work(report);
      end('done');
      return result;
    } catch (e) {
      end('failed');
      throw e;
    }
  }
}

/** Cuts a line that would wrap: a wrapped line can't be rewritten in place. */
const cut = (line, columns) => (columns > 0 && line.length >= columns ? `${line.slice(0, columns - 2)}…` : line);

const seconds = (since) => length((Date.now() - since) / 1000);

/** A number of seconds as text. */
export function length(time) {
  const s = Math.round(time);
  if (s < 120) return `${s} s`;
  return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
}
