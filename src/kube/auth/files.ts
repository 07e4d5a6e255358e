/** Files that a kubeconfig names (certificates, keys, tokens). They rotate, so they are read again when they change. */
import { readFile, stat } from 'node:fs/promises';
import { Problem } from '../../base/problem';

/** A file is looked at no more often than this, ms, however many calls there are. */
const LOOK_MS = 1000;

export class RotatingFile {
  #content: string | undefined;
  #seen = '';
  #lookedAt = -Infinity;

  /** `what`: for the sentence, "client certificate" or "token file". */
  constructor(
    readonly file: string,
    private readonly what: string,
  ) {}

  /** Throws Problem `kube.file`. */
  async read(): Promise<string> {
    if (this.#content !== undefined && Date.now() - this.#lookedAt < LOOK_MS) return this.#content;
    try {
      const s = await stat(this.file);
      const seen = `${s.ino} ${s.size} ${s.mtimeMs}`;
      if (this.#content === undefined || seen !== this.#seen) this.#content = await readFile(this.file, 'utf8');
      this.#seen = seen;
      this.#lookedAt = Date.now();
      return this.#content;
    } catch (e) {
      const code = (e as NodeJS.ErrnoException).code;
      const why =
        code === 'ENOENT'
          ? 'does not exist'
          : code === 'EACCES'
            ? 'may not be read by you'
            : code === 'EISDIR'
              ? 'is a folder'
              : `can't be read (${code ?? String(e)})`;
      throw new Problem('kube.file', `The ${this.what} ${this.file}, which the kubeconfig names, ${why}.`, {
        next: 'Check the path in the kubeconfig.',
        cause: e,
      });
    }
  }

  /** Makes the next read look at the file, whenever the last look was. */
  stale(): void {
    this.#lookedAt = -Infinity;
  }
}

/** Data in the kubeconfig wins over a file, as with kubectl. Throws Problem `kube.file`. */
export async function dataOrFile(
  data: string | undefined,
  file: RotatingFile | undefined,
): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return file?.read();
}
