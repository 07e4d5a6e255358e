/**
 * gopls itself, spoken to as an editor does (https://microsoft.github.io/language-server-protocol): one process over
 * its standard streams.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import fs from 'node:fs';
import { pathToFileURL, fileURLToPath } from 'node:url';
import type { LanguageServer, NamePlace } from '../../../src/advice/resolve';
import { offsetAt, position } from '../../../src/advice/text';

/** The newest that Go 1.26 builds. Go keeps what it built: the first run takes minutes, later ones a second. */
const GOPLS = 'golang.org/x/tools/gopls@v0.21.1';

interface Location {
  readonly uri: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

export class Gopls implements LanguageServer {
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(e: Error): void }>();
  #received = Buffer.alloc(0);
  #last = 0;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('gopls ended'));
    });
  }

  /** For the modules below a folder. */
  static async start(dir: string): Promise<Gopls> {
    const child = spawn('go', ['run', GOPLS, 'serve'], {
      cwd: dir,
      env: { ...process.env, GOWORK: 'off', GOTOOLCHAIN: 'local' },
    });
    child.stderr.resume();
    const gopls = new Gopls(child);
    const uri = pathToFileURL(dir).href;
    await gopls.#ask('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'm' }],
      capabilities: {},
    });
    gopls.#send({ method: 'initialized', params: {} });
    return gopls;
  }

  async definition(at: NamePlace): Promise<NamePlace | undefined> {
    return (await this.#places('textDocument/definition', at))[0];
  }
  async references(at: NamePlace): Promise<readonly NamePlace[]> {
    return this.#places('textDocument/references', at, { context: { includeDeclaration: true } });
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => {
      this.child.once('exit', resolve);
    });
    await this.#ask('shutdown', null);
    this.#send({ method: 'exit' });
    this.child.stdin.end();
    await ended;
  }

  async #places(method: string, at: NamePlace, more: object = {}): Promise<NamePlace[]> {
    const { line, column } = position(fs.readFileSync(at.path, 'utf8'), at.offset);
    const found = (await this.#ask(method, {
      textDocument: { uri: pathToFileURL(at.path).href },
      position: { line: line - 1, character: column - 1 },
      ...more,
    })) as Location[] | null;
    return (found ?? []).map(({ uri, range }) => {
      const path = fileURLToPath(uri);
      return { path, offset: offsetAt(fs.readFileSync(path, 'utf8'), range.start) };
    });
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.child.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n');
      const length = Number(
        /Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, Math.max(0, head)))?.[1],
      );
      if (head < 0 || this.#received.length < head + 4 + length) return;
      const message = JSON.parse(this.#received.toString('utf8', head + 4, head + 4 + length)) as {
        id?: number;
        method?: string;
        params?: { items?: unknown[] };
        result?: unknown;
        error?: { message: string };
      };
      this.#received = this.#received.subarray(head + 4 + length);
      // Its own questions (settings, progress) get an empty answer.
      if (message.method !== undefined) {
        if (message.id !== undefined)
          this.#send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
        continue;
      }
      const waiting = this.#waiting.get(message.id ?? 0);
      this.#waiting.delete(message.id ?? 0);
      if (message.error === undefined) waiting?.resolve(message.result);
      else waiting?.reject(new Error(message.error.message));
    }
  }
}
