/** Reads a big text line by line, and keeps each frame once: a dump of 100,000 goroutines has few different frames. */
import type { StackFrame } from '../types';

export class Lines {
  #at = 0;
  /** Start of the line that `next` returned last. */
  start = 0;
  constructor(
    readonly text: string,
    from = 0,
  ) {
    this.#at = from;
  }

  /** The next line without its end, CRLF or LF; undefined at the end of the text. */
  next(): string | undefined {
    const { text } = this;
    if (this.#at >= text.length) return undefined;
    this.start = this.#at;
    let end = text.indexOf('\n', this.#at);
    if (end < 0) end = text.length;
    const line = text.slice(this.#at, text.charCodeAt(end - 1) === 13 && end > this.#at ? end - 1 : end);
    this.#at = end + 1;
    return line;
  }
}

/** Gives equal frames the same number. */
export class Frames {
  readonly list: StackFrame[] = [];
  #ids = new Map<string, Map<string, number>>();

  /** `place` is "file:line" as the dump has it, '' when it has none. */
  id(name: string, place: string): number {
    let places = this.#ids.get(name);
    if (!places) this.#ids.set(own(name), (places = new Map<string, number>()));
    let id = places.get(place);
    if (id === undefined) {
      const key = own(place);
      const colon = key.lastIndexOf(':');
      const line = colon < 0 ? NaN : Number(key.slice(colon + 1));
      const whole = Number.isInteger(line);
      id = this.list.push({ name: own(name), file: whole ? key.slice(0, colon) : key, line: whole ? line : 0 }) - 1;
      places.set(key, id);
    }
    return id;
  }

  get(id: number): StackFrame {
    return this.list[id] as StackFrame;
  }
}

/** A copy that does not keep the whole dump alive, as a slice of a big string does. */
function own(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
