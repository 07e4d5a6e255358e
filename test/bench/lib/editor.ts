/**
 * A real extension host to measure in: code-server with the VSIX installed, driven by Chromium. The bench's own bundle
 * (host/index.ts) runs in the host as an editor's test suite; it asks for its job by HTTP and answers the same way.
 */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { EDITOR_WINDOW } from '../../../scripts/chromium.mjs';
import { startCodeServer } from '../../../scripts/vscode.mjs';
import { bundle } from '../bundle.mjs';
import type { ActivationJob, TreeJob } from '../host/jobs';
import { Missing } from '../types';
import type { Bench } from './bench';

/** Longest that one job may take, ms. */
const JOB_MS = 240_000;

/** What a job in the host may ask of the bench meanwhile, by name. */
export type Calls = Readonly<Record<string, (body: unknown) => Promise<unknown>>>;

interface Current {
  readonly job: unknown;
  readonly calls: Calls;
  readonly done: (result: unknown) => void;
  readonly failed: (e: Error) => void;
}

export class Editor {
  #current: Current | undefined;

  private constructor(
    private readonly server: Awaited<ReturnType<typeof startCodeServer>>,
    private readonly browser: Browser,
    private readonly control: http.Server,
    private readonly host: string,
    private readonly bench: Bench,
  ) {
    control.on('request', (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** `kubeconfig`: KUBECONFIG in the host. `settings`: of the user. */
  static async start(
    bench: Bench,
    options: { readonly kubeconfig?: string; readonly settings?: Readonly<Record<string, unknown>> } = {},
  ): Promise<Editor> {
    const executablePath = await bench.chromium();
    await bench.codeServer();
    const { vsix } = await bench.shipped();
    if (vsix === undefined) throw new Missing('The VSIX is larger than may ship; see the case vsix.');
    const host = fileURLToPath(await bundle('test/bench/host/index.ts', 'host.js', { host: true }));
    const control = http.createServer();
    await new Promise<void>((done) => {
      control.listen(0, '127.0.0.1', done);
    });
    const url = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
    const folder = path.join(bench.dir, 'workspace');
    fs.mkdirSync(folder, { recursive: true });
    let server: Awaited<ReturnType<typeof startCodeServer>> | undefined;
    try {
      server = await startCodeServer({
        vsix,
        extensionDevelopmentPath: emptyExtension(bench.dir),
        folder,
        smokeTestDriver: true,
        settings: { ...options.settings },
        env: { BENCH_CONTROL: url, ...(options.kubeconfig !== undefined && { KUBECONFIG: options.kubeconfig }) },
        log: (line: string) => {
          bench.log(line);
        },
      });
      const browser = await chromium.launch({ ...EDITOR_WINDOW, executablePath });
      return bench.own(new Editor(server, browser, control, host, bench));
    } catch (e) {
      control.close();
      await server?.stop();
      throw e;
    }
  }

  /**
   * Runs a job in a new window with a new extension host; the window is handed to `watch` before anything is loaded,
   * and to `finish` before it is closed.
   */
  async run<T>(
    job: ActivationJob | TreeJob,
    {
      calls = {},
      watch,
      finish,
    }: {
      readonly calls?: Calls;
      readonly watch?: (page: Page) => Promise<void>;
      readonly finish?: (page: Page) => Promise<void>;
    } = {},
  ): Promise<T> {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    let pid: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    try {
      const page = await context.newPage();
      await page.exposeFunction('codeAutomationExit', () => undefined);
      await page.exposeFunction('codeAutomationLog', () => undefined);
      await watch?.(page);
      const result = new Promise<{ readonly pid: number; readonly value?: T; readonly error?: string }>(
        (done, failed) => {
          this.#current = {
            job,
            calls: { ...calls },
            done: (r) => {
              done(r as { pid: number });
            },
            failed,
          };
          timer = setTimeout(() => {
            failed(
              new Error(
                `The job "${job.kind}" in the extension host did not end within ${JOB_MS / 1000} s.\n${this.#logs()}`,
              ),
            );
          }, JOB_MS);
          stop = () => {
            failed(new Error('The bench was ended.'));
          };
          this.bench.ended.addEventListener('abort', stop, { once: true });
        },
      );
      const [got] = await Promise.all([
        result,
        page.goto(this.server.pageUrl({ payload: [['extensionTestsPath', this.server.remote(this.host)]] }), {
          timeout: 90_000,
          waitUntil: 'commit',
        }),
      ]);
      pid = got.pid;
      if (got.error !== undefined) throw new Error(`In the extension host: ${got.error}`);
      await finish?.(page);
      return got.value as T;
    } finally {
      clearTimeout(timer);
      if (stop) this.bench.ended.removeEventListener('abort', stop);
      this.#current = undefined;
      await context.close();
      // The next one must not share the machine with this one's end.
      if (pid !== undefined) await gone(pid);
    }
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    this.control.closeAllConnections();
    await new Promise((done) => {
      this.control.close(done);
    });
  }

  #logs(): string {
    return Object.entries(this.server.logs())
      .map(([name, text]) => `--- ${name}\n${text.slice(-1500)}`)
      .join('\n');
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const current = this.#current;
    const end = (status: number, body: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body ?? null));
    };
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (!current) {
      end(409, 'no job');
      return;
    }
    if (request.method === 'GET') {
      end(200, current.job);
      return;
    }
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const name = (request.url ?? '').slice(1);
    if (name === 'result') {
      end(200, null);
      current.done(body);
      return;
    }
    try {
      const call = current.calls[name];
      if (!call) throw new Error(`There is no call "${name}".`);
      end(200, await call(body));
    } catch (e) {
      end(500, e instanceof Error ? e.message : String(e));
    }
  }
}

/** The peer of activation: an extension that does nothing but be there. */
function emptyExtension(dir: string): string {
  const at = path.join(dir, 'empty-extension');
  fs.mkdirSync(at, { recursive: true });
  fs.writeFileSync(
    path.join(at, 'package.json'),
    JSON.stringify({
      name: 'empty',
      publisher: 'bench',
      version: '0.0.1',
      engines: { vscode: '^1.100.0' },
      main: './empty.js',
      activationEvents: [],
      extensionKind: ['workspace'],
    }),
  );
  fs.writeFileSync(path.join(at, 'empty.js'), 'exports.activate = () => undefined;\n');
  return at;
}

async function gone(pid: number): Promise<void> {
  for (const until = Date.now() + 15_000; Date.now() < until;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((done) => {
      setTimeout(done, 100);
    });
  }
}
