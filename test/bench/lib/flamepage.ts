/** The flame graph page that ships, in Chromium, with the bench as its host. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { WebSocketServer, type WebSocket } from 'ws';
import { Problem } from '../../../src/base/problem';
import type { OpenProfile } from '../../../src/profile/types';
import { HostChannel } from '../../../src/protocol/channel';
import { pageHtml } from '../../../src/protocol/html';
import {
  earlyQuery,
  FLAME,
  passedOn,
  type EarlyFlame,
  type FlameReplies,
  type FromFlamePage,
  type ToFlamePage,
} from '../../../src/protocol/flame';
import { THEMES } from '../../pages/harness/themes';
import { encode, wireInPage } from './wire';

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };
/** Longest from bytes to picture, ms. */
const DRAWN_MS = 120_000;

export class FlamePages {
  #onSocket: (socket: WebSocket) => void = () => undefined;

  private constructor(
    readonly origin: string,
    private readonly server: http.Server,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    sockets: WebSocketServer,
  ) {
    sockets.on('connection', (socket) => {
      this.#onSocket(socket);
    });
  }

  /** `pages`: the folder dist/webview. */
  static async start(executablePath: string, pages: string): Promise<FlamePages> {
    const server = http.createServer((request, response) => {
      answer(request, response, pages);
    });
    const sockets = new WebSocketServer({ server });
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    // The page's policy forbids it to open sockets; in the editor messages come by another way.
    const context = await browser.newContext({
      viewport: { width: 1180, height: 620 },
      bypassCSP: true,
      reducedMotion: 'reduce',
    });
    await context.addInitScript(wireInPage, origin.replace('http', 'ws'));
    await context.addInitScript((variables) => {
      addEventListener('DOMContentLoaded', () => {
        for (const [name, value] of Object.entries(variables))
          document.documentElement.style.setProperty(`--vscode-${name}`, value);
      });
    }, THEMES.dark.variables);
    return new FlamePages(origin, server, browser, context, sockets);
  }

  /** A page that waits for its profile. */
  async load(): Promise<FlamePage> {
    const page = await this.context.newPage();
    const socket = new Promise<WebSocket>((resolve) => {
      this.#onSocket = resolve;
    });
    const shown = new FlamePage(page, socket);
    await page.goto(`${this.origin}/flame`);
    await shown.ready;
    return shown;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((done) => {
      this.server.close(done);
    });
  }
}

export class FlamePage {
  /** The page has said that it listens. */
  readonly ready: Promise<void>;
  #isReady: () => void = () => undefined;
  #drawn: { readonly done: () => void; readonly failed: (e: Error) => void } | undefined;
  #profile: OpenProfile | undefined;
  #early: readonly EarlyFlame[] = [];
  #channel: HostChannel<ToFlamePage, FromFlamePage, FlameReplies> | undefined;

  constructor(
    private readonly page: Page,
    socket: Promise<WebSocket>,
  ) {
    this.ready = new Promise((done) => {
      this.#isReady = done;
    });
    page.on('pageerror', (e) => {
      this.#drawn?.failed(e);
    });
    void socket.then((s) => {
      this.#channel = this.#open(s);
    });
  }

  /** Resolves when the picture of the profile is drawn. */
  async draw(profile: OpenProfile): Promise<void> {
    this.#profile = profile;
    let timer: NodeJS.Timeout | undefined;
    const drawn = new Promise<void>((done, failed) => {
      this.#drawn = { done, failed };
      timer = setTimeout(() => {
        failed(new Error(`Nothing was drawn within ${DRAWN_MS / 1000} s.`));
      }, DRAWN_MS);
    });
    // In the order of src/app/pages/session.ts.
    const early = this.#early.map((e) => ({
      id: e.id,
      tree: profile.flame(earlyQuery(e, profile.summary, [])),
    }));
    this.#channel?.send({
      type: 'init',
      facts: { title: 'big.pb.gz', subtitle: '', ownModules: [], pages: ['flame'] },
      summary: profile.summary,
    });
    for (const { id, tree } of early) void this.#channel?.reply('flame', id, tree);
    await drawn.finally(() => {
      clearTimeout(timer);
    });
  }

  /** Frames in the picture: proof that there is one. */
  async frames(): Promise<number> {
    return Number(await this.page.locator('#app').getAttribute('data-frames'));
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  #open(socket: WebSocket): HostChannel<ToFlamePage, FromFlamePage, FlameReplies> {
    const nothing = (): void => undefined;
    return new HostChannel(
      FLAME,
      {
        post: (m) => {
          socket.send(encode(m));
        },
        onMessage: (listener) => {
          socket.on('message', (raw) => {
            listener(JSON.parse(String(raw)));
          });
          return { dispose: nothing };
        },
      },
      {
        ready: (m) => {
          this.#early = m.early;
          this.#isReady();
        },
        drawn: () => {
          this.#drawn?.done();
        },
        ...passedOn(() => {
          if (!this.#profile) throw new Error('The page asked before there was a profile.');
          return this.#profile;
        }),
        show: nothing,
        openSource: nothing,
        captureAgain: nothing,
        save: nothing,
        compareWith: nothing,
        normalize: nothing,
        copy: nothing,
      },
      {
        problemOf: (e) => {
          this.#failed(e);
          return Problem.from(e);
        },
        failed: (_, e) => {
          this.#failed(e);
        },
        dropped: (why) => {
          this.#failed(new Error(why));
        },
      },
    );
  }

  #failed(e: unknown): void {
    this.#drawn?.failed(e instanceof Error ? e : new Error(String(e)));
  }
}

function answer(request: http.IncomingMessage, response: http.ServerResponse, pages: string): void {
  const name = path.basename(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
  const origin = `http://${request.headers.host ?? ''}`;
  const file = path.join(pages, name);
  if (path.extname(name) === '') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(
      pageHtml({
        cspSource: origin,
        scriptUri: `${origin}/${name}.js`,
        styleUri: `${origin}/${name}.css`,
        title: name,
      }),
    );
  } else if (fs.existsSync(file)) {
    response.setHeader('Content-Type', TYPES[path.extname(name)] ?? 'application/octet-stream');
    fs.createReadStream(file).pipe(response);
  } else {
    response.writeHead(404).end();
  }
}
