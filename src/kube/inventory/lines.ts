/** A stream of JSON documents, one per line, as the API server sends a watch. */

/** An object in etcd is at most 1.5 MB, so a line far longer than that is no watch. */
const MAX_LINE = 32 << 20;

/** Yields each complete line as text, without its end. A last line that was cut off is dropped. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #size = 0;

  *push(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const end = chunk.subarray(from, at);
      from = at + 1;
      const line =
        this.#parts.length === 0 ? end.toString('utf8') : Buffer.concat([...this.#parts, end]).toString('utf8');
      this.#parts = [];
      this.#size = 0;
      if (line.trim() !== '') yield line;
    }
    if (from < chunk.length) {
      this.#parts.push(chunk.subarray(from));
      this.#size += chunk.length - from;
      if (this.#size > MAX_LINE) throw new Error('a line of the watch is too long');
    }
  }
}
