// A real VS Code without a desktop: code-server (the workbench in a browser, extension hosts on this machine), kept in
// the cache.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { cachedFolder } from './cache.mjs';
import { Children } from './lib/children.mjs';
import { npmInstall } from './lib/npm.mjs';
import { SLOWNESS } from './lib/slowness.mjs';
import { ensureNode24 } from './node24.mjs';

export const CODE_SERVER_VERSION = '4.139.1';
export const CODE_SERVER_FOLDER = `code-server-${CODE_SERVER_VERSION}`;
const stderr = (line) => {
  process.stderr.write(`${line}\n`);
};

/** Parts of code-server that nothing here uses; without them it is a third smaller. */
const UNUSED = [
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
  'extensions/microsoft-authentication',
  'node_modules/@github/copilot',
  'node_modules/@github/copilot-sdk',
  'node_modules/@microsoft/mxc-sdk',
];

/** Installs code-server into the cache; returns { node, entry } to run it with. */
export async function ensureCodeServer(log = stderr) {
  const node = await ensureNode24(log);
  const dir = await cachedFolder(CODE_SERVER_FOLDER, async (draft) => {
    log(`Getting code-server ${CODE_SERVER_VERSION} from the npm registry (once, about 30 s)`);
    await npmInstall(draft, [`code-server@${CODE_SERVER_VERSION}`]);
    // Replaces code-server's post-install script, which would also compile native modules that we don't need.
    const vscode = path.join(draft, 'node_modules/code-server/lib/vscode');
    await npmInstall(vscode);
    await npmInstall(path.join(vscode, 'extensions'));
    for (const part of UNUSED) fs.rmSync(path.join(vscode, part), { recursive: true, force: true });
  });
  return { node, entry: path.join(dir, 'node_modules/code-server/out/node/entry.js') };
}

/** Keeps the workbench quiet, so that the user (or a test) sees only this extension. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'files.simpleDialog.enable': true,
};

/** In addition: folders are untrusted, without a prompt at the start. */
const RESTRICTED = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

const FLAGS = [
  '--auth',
  'none',
  '--disable-telemetry',
  '--disable-update-check',
  '--disable-getting-started-override',
  '--disable-proxy',
  '--ignore-last-opened',
];

/** Installing a VSIX takes about 3 s, a start 1 s; these limits, ms, allow for a busy machine. */
const INSTALL_MS = 300_000 * SLOWNESS;
const START_MS = 180_000 * SLOWNESS;
/** Timeout of one request to /healthz, ms. */
const LOOK_MS = 10_000;

/** True when nothing listens on that port of 127.0.0.1. */
export function isFree(port) {
  return new Promise((resolve) => {
    const server = net
      .createServer()
      .on('error', () => {
        resolve(false);
      })
      .listen(port, '127.0.0.1', () => {
        server.close(() => {
          resolve(true);
        });
      });
  });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net
      .createServer()
      .on('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => {
          resolve(port);
        });
      });
  });
}

/**
 * Starts code-server on 127.0.0.1 and waits until it answers.
 *
 * - `vsix`: installed first, by code-server's own installer. `extensionDevelopmentPath`: run from a folder instead.
 * - `extensions`: folder that extensions are installed in, for several starts with the same VSIX: the first installs
 *   it. Default: inside `data`.
 * - `folder`: the workspace. `env`: added to the extension host's environment. `settings`: user settings over the quiet
 *   ones.
 * - `data`: folder for its data, kept at the end. Default: a new one under the temporary folder, removed at the end.
 * - `ownHome`: HOME inside `data`, for tests that must not see the user's files. Default true.
 * - `port`: default one that code-server chooses. `smokeTestDriver`: for tests inside the extension host.
 * - `untrusted`: folders are opened in Restricted Mode until the user trusts them. Default false: workspace trust is
 *   off.
 *
 * Returns { url, pageUrl(options?), home, data, logs(), stop() }.
 *
 * @param {{ vsix?: string, extensions?: string, extensionDevelopmentPath?: string, folder: string, env?: Record<string, string>, settings?: Record<string, unknown>,
 *   data?: string, ownHome?: boolean, port?: number, smokeTestDriver?: boolean, untrusted?: boolean, log?: (line: string) => void }} options
 */
export async function startCodeServer({
  vsix,
  extensions: shared,
  extensionDevelopmentPath,
  folder,
  env = {},
  settings = {},
  data,
  ownHome = true,
  port,
  smokeTestDriver = false,
  untrusted = false,
  log = stderr,
}) {
  const { node, entry } = await ensureCodeServer(log);
  const keep = data !== undefined;
  const base = data ?? fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-vscode-'));
  const [userData, home] = ['data', 'home'].map((d) => path.join(base, d));
  const extensions = shared ?? path.join(base, 'extensions');
  for (const d of [path.join(userData, 'User'), extensions, home]) fs.mkdirSync(d, { recursive: true });
  const settingsFile = path.join(userData, 'User/settings.json');
  if (!fs.existsSync(settingsFile))
    fs.writeFileSync(settingsFile, JSON.stringify({ ...SETTINGS, ...(untrusted && RESTRICTED), ...settings }, null, 2));

  const own = ownHome
    ? {
        HOME: home,
        XDG_CONFIG_HOME: path.join(home, '.config'),
        XDG_DATA_HOME: path.join(home, '.local/share'),
        XDG_CACHE_HOME: path.join(home, '.cache'),
      }
    : {};
  // EXTENSIONS_GALLERY: use no gallery. PORT, PASSWORD…: code-server's own variables, which the user may have set for
  // another purpose.
  const {
    PORT: _p,
    PASSWORD: _w,
    HASHED_PASSWORD: _h,
    VSCODE_IPC_HOOK_CLI: _i,
    KUBECONFIG: _k,
    ...inherited
  } = process.env;
  const childEnv = { ...inherited, EXTENSIONS_GALLERY: '{}', ...own, ...env };
  const places = [
    '--config',
    path.join(base, 'code-server.yaml'),
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
  ];

  const installed = path.join(extensions, '.installed');
  if (vsix !== undefined && !(shared !== undefined && fs.existsSync(installed))) {
    const r = spawnSync(node, [entry, '--install-extension', vsix, '--force', ...places], {
      env: childEnv,
      encoding: 'utf8',
      timeout: INSTALL_MS,
    });
    if (r.status !== 0 || !/successfully installed/.test(r.stdout))
      throw new Error(`code-server did not install ${vsix}.\n${r.stdout}\n${r.stderr}`);
    if (shared !== undefined) fs.writeFileSync(installed, '');
  }

  const logFile = path.join(base, 'code-server.log');
  const children = new Children();
  const out = fs.openSync(logFile, 'w');
  // Port 0: the system picks a free port, which no other process can take in between.
  const child = children.start(
    node,
    [
      entry,
      ...FLAGS,
      ...(untrusted ? [] : ['--disable-workspace-trust']),
      '--bind-addr',
      `127.0.0.1:${port ?? 0}`,
      ...places,
      '--reconnection-grace-time',
      keep ? '600' : '2',
      ...(smokeTestDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    { env: childEnv, stdio: ['ignore', out, out] },
  );
  fs.closeSync(out);

  const stop = async () => {
    await children.stop(child, 3000);
    if (!keep) fs.rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  const healthy = async (at) =>
    at !== undefined &&
    fetch(`http://127.0.0.1:${at}/healthz`, { signal: AbortSignal.timeout(LOOK_MS) }).then(
      (r) => r.ok,
      () => false,
    );
  let at = port;
  for (const until = Date.now() + START_MS; !(await healthy(at));) {
    const said = fs.readFileSync(logFile, 'utf8');
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`code-server did not start.\n${said.slice(-2000)}`);
    }
    at ??= /server listening on https?:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  const url = `http://127.0.0.1:${at}`;

  const remote = (file) => `vscode-remote://127.0.0.1:${at}${file}`;
  return {
    url,
    home,
    data: base,
    stop,
    exited: new Promise((resolve) => {
      child.once('exit', resolve);
    }),
    /**
     * URL of the workbench. `payload`: additional pairs for it; `folder`: another workspace.
     * @param {{ folder?: string, payload?: [string, string][] }} options
     */
    pageUrl(options = {}) {
      const pairs = [
        ...(extensionDevelopmentPath === undefined
          ? []
          : [['extensionDevelopmentPath', remote(extensionDevelopmentPath)]]),
        ...(options.payload ?? []),
      ];
      const where = `${url}/?folder=${encodeURIComponent(options.folder ?? folder)}`;
      return pairs.length === 0 ? where : `${where}&payload=${encodeURIComponent(JSON.stringify(pairs))}`;
    },
    remote,
    /** Logs of the server and its extension hosts, by file name, to find out why something failed. */
    logs() {
      const dir = path.join(userData, 'logs');
      const files = fs.existsSync(dir)
        ? fs
            .readdirSync(dir, { recursive: true })
            .map(String)
            .filter((f) => f.endsWith('.log'))
        : [];
      return {
        'code-server.log': fs.readFileSync(logFile, 'utf8'),
        ...Object.fromEntries(files.map((f) => [f, fs.readFileSync(path.join(dir, f), 'utf8')])),
      };
    },
  };
}
