// The Chromium that tests drive. Debian's headless shell does the same work as the full browser in less than half the
// time.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const SHELL = 'chromium-headless-shell';
const NAMES = [SHELL, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Path of a Chromium or Chrome on this machine, preferably the headless shell; undefined if there is none. `CHROMIUM`
 * overrides it.
 */
export function findChromium() {
  const named = NAMES.flatMap((n) => (process.env.PATH ?? '').split(path.delimiter).map((d) => path.join(d, n)));
  return [process.env.CHROMIUM, ...named, ...MAC].find((f) => f && fs.existsSync(f));
}

/**
 * Launch options (playwright) of the editor's windows: headless, and with signals left to the caller, whose `exit`
 * handlers end the browser and everything else it has started.
 */
export const EDITOR_WINDOW = {
  headless: true,
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** Timeouts, s: apt gives up early on a dead network, and an install waits for another one to finish. */
const PATIENT = [
  '-o',
  'Acquire::http::Timeout=30',
  '-o',
  'Acquire::https::Timeout=30',
  '-o',
  'DPkg::Lock::Timeout=120',
];
/**
 * How often, and at which interval in ms, to retry `apt-get update` while another apt holds the list lock: unlike an
 * install, it does not wait itself.
 */
const LOCKED = { times: 24, ms: 5000 };

let installing;

/**
 * Resolves to { chromium }: the headless shell, installed by apt if that is allowed and available, else any browser on
 * this machine; or to { why }: one sentence with the next step. `run(command, args, env)` resolves to { code, tail: the
 * end of its output }.
 */
export async function ensureChromium(log, run = runQuietly) {
  const found = findChromium();
  if (process.env.CHROMIUM || (found && path.basename(found) === SHELL) || !mayInstall())
    return found === undefined
      ? {
          why:
            'There is no Chromium. Install one (sudo apt-get install chromium) or name it: ' +
            'CHROMIUM=/path/to/chrome npm test',
        }
      : { chromium: found };
  // Two stages need it, but only one apt can run at a time. With another browser at hand, the shell is worth one try.
  installing ??=
    found === undefined
      ? install(log, run, [SHELL, 'chromium'])
      : install(log, run, [SHELL], ['-o', 'Acquire::Retries=0']);
  const tail = await installing;
  const chromium = findChromium();
  return chromium === undefined
    ? { why: `apt-get could not install Chromium: ${tail.trim().split('\n').at(-1)}` }
    : { chromium };
}

const mayInstall = () => process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get');

/** Installs the first of `packages` that apt has. If that fails, returns the end of apt's output. */
async function install(log, run, packages, options = []) {
  log("Installing Chromium's headless shell by apt-get (once, about 30 s)");
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const apt = (...args) => run('apt-get', [...PATIENT, ...options, ...args], env);
  let last = await apt('update', '-qq');
  for (let again = 0; again < LOCKED.times && last.code !== 0 && /could not get lock/i.test(last.tail); again++) {
    if (again === 0) log('Waiting for another apt, which reads the lists');
    await pause(LOCKED.ms);
    last = await apt('update', '-qq');
  }
  for (const name of last.code === 0 ? packages : []) {
    last = await apt('install', '-y', '-qq', '--no-install-recommends', name);
    if (last.code === 0) break;
  }
  return last.code === 0 ? '' : last.tail || `it ended with ${last.code}`;
}

function runQuietly(command, args, env) {
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...process.env, ...env } }, (e, _out, err) => {
      resolve({ code: e === null ? 0 : (e.code ?? e.signal), tail: err || (e?.message ?? '') });
    });
  });
}
