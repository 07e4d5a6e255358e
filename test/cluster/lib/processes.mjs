// Programs that outlive the script that starts them: each has a log file and a pid file.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isThere } from '../../../scripts/lib/children.mjs';

/** @typedef {{ name: string, pid: number, program: string }} Running `program` is the path of the executable. */

/**
 * Starts a detached program: in a separate session (Ctrl-C does not reach it), with its output in DIR/logs/NAME.log.
 * @param {string} dir run folder @param {string} name @param {string} program @param {string[]} args
 * @returns {Running}
 */
export function startDetached(dir, name, program, args) {
  const log = openSync(join(dir, 'logs', `${name}.log`), 'a', 0o600);
  try {
    const child = spawn(program, args, { cwd: dir, detached: true, stdio: ['ignore', log, log] });
    child.on('error', () => {}); // told by alive() and the empty log
    child.unref();
    if (child.pid === undefined) throw new Error(`${program} could not be started.`);
    const file = join(dir, 'pids', `${name}.json`);
    writeFileSync(`${file}.new`, JSON.stringify({ pid: child.pid, program }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return { name, pid: child.pid, program };
  } finally {
    closeSync(log);
  }
}

/** The programs that a run folder lists; some may have ended. @param {string} dir @returns {Running[]} */
export function listed(dir) {
  let files;
  try {
    files = readdirSync(join(dir, 'pids')).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
  return files.flatMap((file) => {
    try {
      const { pid, program } = JSON.parse(readFileSync(join(dir, 'pids', file), 'utf8'));
      return [{ name: file.slice(0, -'.json'.length), pid, program }];
    } catch {
      return []; // removed meanwhile
    }
  });
}

/** Whether this process still runs, and is still that program: pids are reused. @param {Running} running */
export function alive({ pid, program }) {
  if (!isThere(pid)) return false;
  try {
    // A zombie process has an empty command line.
    return commandLine(pid).startsWith(program);
  } catch {
    return false;
  }
}

/** @param {number} pid */
function commandLine(pid) {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  return execFileSync('ps', ['-ww', '-p', String(pid), '-o', 'args='], { encoding: 'utf8' });
}

/**
 * Ends programs and waits until they are gone: first SIGTERM, then, after `patienceMs`, SIGKILL.
 * @param {readonly Running[]} all @param {number} patienceMs
 */
export async function end(all, patienceMs) {
  const left = () => all.filter(alive);
  for (const one of left()) signal(one, 'SIGTERM');
  const deadline = Date.now() + patienceMs;
  let forced = false;
  while (left().length > 0) {
    if (!forced && Date.now() > deadline) {
      for (const one of left()) signal(one, 'SIGKILL');
      forced = true;
    }
    if (Date.now() > deadline + 10_000)
      throw new Error(
        `These do not end: ${left()
          .map((one) => `${one.name} (${one.pid})`)
          .join(', ')}.`,
      );
    await sleep(50);
  }
}

/** @param {Running} running @param {NodeJS.Signals} name */
function signal({ pid }, name) {
  try {
    process.kill(pid, name);
  } catch {
    // it ended between the check and the signal
  }
}

/** The last lines of a program's log. @param {string} dir @param {string} name */
export function logTail(dir, name, lines = 15) {
  try {
    return readFileSync(join(dir, 'logs', `${name}.log`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-lines)
      .join('\n');
  } catch {
    return '(no log)';
  }
}

/** Forgets what a run folder lists. @param {string} dir */
export function forget(dir) {
  rmSync(join(dir, 'pids'), { recursive: true, force: true });
}
