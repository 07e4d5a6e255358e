/**
 * Runs a page as the editor would show it, without the editor: its bundle, with the host's HTML and CSP, in a headless
 * Chromium.
 */
import * as esbuild from 'esbuild';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { findChromium } from '../../../scripts/chromium.mjs';
import { PATIENCE } from '../../lib/until';
import { pageHtml } from '../../../src/protocol/html';
import { THEMES, type ThemeName } from './themes';

const root = path.join(import.meta.dirname, '../../..');

/** Path of a Chromium: $CHROMIUM, else the usual places; undefined if there is none. */
const CHROMIUM = findChromium();

/** True when page tests can't run here; logs that once. With CI=true in the environment, it throws instead. */
export function noBrowser(): boolean {
  if (CHROMIUM !== undefined) return false;
  if (process.env['CI'] === 'true') throw new Error('Page tests need Chromium: install one or name it in CHROMIUM.');
  console.log('SKIPPED page tests: there is no Chromium. Install one, or name it: CHROMIUM=/path/to/chrome');
  return true;
}

const COMPLAINTS = new WeakMap<Page, string[]>();

/** CSP violations and errors of a page, recorded from the first call for that page on. */
export function complaintsOf(page: Page): string[] {
  let found = COMPLAINTS.get(page);
  if (!found) {
    const complaints: string[] = (found = []);
    COMPLAINTS.set(page, found);
    page.on('console', (m) => {
      if (m.type() === 'error' || /Content Security Policy/.test(m.text())) complaints.push(m.text());
    });
    page.on('pageerror', (e) => {
      complaints.push(e.message);
    });
  }
  return found;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.map': 'application/json',
};

/** Size in CSS px; `scale`: device pixels per CSS px. */
export interface PageOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  readonly scale?: number;
}

/** Serves bundles of `entryPoints` (name → file from the root) and one HTML document for each, `/name`. */
export class PageServer {
  #browser: Browser | undefined;
  private constructor(
    readonly origin: string,
    private readonly server: http.Server,
    private readonly dir: string,
  ) {}

  static async start(entryPoints: Readonly<Record<string, string>>): Promise<PageServer> {
    const dir = await mkdtemp(path.join(tmpdir(), 'pages-'));
    await esbuild.build({
      absWorkingDir: root,
      entryPoints,
      outdir: dir,
      bundle: true,
      platform: 'browser',
      format: 'iife',
      target: 'es2023',
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
    });
    const server = http.createServer((request, response) => {
      void answer(request, response, dir);
    });
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    return new PageServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, dir);
  }

  async newPage(options: PageOptions = {}): Promise<Page> {
    this.#browser ??= await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-gpu'] });
    const context = await this.#browser.newContext({
      viewport: { width: options.width ?? 1180, height: options.height ?? 620 },
      deviceScaleFactor: options.scale ?? 1,
      reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.addInitScript(applyTheme, THEMES[options.theme ?? 'dark']);
    return page;
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** Changes the theme of an open page, the way the editor does. */
export async function setTheme(page: Page, theme: ThemeName): Promise<void> {
  await page.evaluate(applyTheme, THEMES[theme]);
}

/** A colour as the page computes it, its numbers rounded to hundredths: "color(srgb 0.92 0.36 0)". */
export async function colourOf(of: Locator, property: 'color' | 'backgroundColor' | 'borderTopColor'): Promise<string> {
  const text = await of.evaluate((e, name) => getComputedStyle(e)[name], property);
  return text.replaceAll(/[\d.]+/g, (n) => String(Math.round(Number(n) * 100) / 100));
}

/**
 * Waits until the page has drawn a frame and processed earlier events: messages, changes of its size. For asserting
 * that something does not happen; for what must happen, use `expect.poll`.
 */
export async function nextFrame(page: Page): Promise<void> {
  // ResizeObservers are called in creation order, once a frame: the page's own come before this one.
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        const observer = new ResizeObserver(() => {
          observer.disconnect();
          done();
        });
        observer.observe(document.documentElement);
      }),
  );
}

/** Runs in the page: sets variables on the root element and the class on the body as soon as these exist. */
function applyTheme({ body, variables }: { body: string; variables: Readonly<Record<string, string>> }): void {
  let rooted = false;
  const apply = (): boolean => {
    const root = document.documentElement as HTMLElement | null;
    if (root && !rooted) {
      rooted = true;
      root.removeAttribute('style');
      for (const [name, value] of Object.entries(variables)) root.style.setProperty(`--vscode-${name}`, value);
    }
    if (!document.body) return false;
    document.body.className = body;
    return true;
  };
  if (apply()) return;
  const observer = new MutationObserver(() => {
    if (apply()) observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true });
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse, dir: string): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const name = path.basename(pathname);
  if (name === 'favicon.ico') {
    response.statusCode = 204;
    response.end();
    return;
  }
  const extension = path.extname(name);
  if (extension === '') {
    const origin = `http://${request.headers.host ?? ''}`;
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(
      pageHtml({
        cspSource: origin,
        scriptUri: `${origin}/${name}.js`,
        styleUri: `${origin}/${name}.css`,
        title: name,
      }),
    );
    return;
  }
  try {
    const body = await readFile(path.join(dir, name));
    response.setHeader('Content-Type', TYPES[extension] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}
