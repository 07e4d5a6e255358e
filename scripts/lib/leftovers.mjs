// Cleans up after test runs that were killed. Every process that a run starts has the run's mark in its environment,
// and each run keeps a note file in the temporary folder until it ends. The next run of the checkout kills the
// processes with such marks (on Linux, where a process's environment can be read).
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isThere } from './children.mjs';

const NAME = 'CONTROLLER_TUNER_TEST_RUN';

/**
 * Writes this run's note to `dir` and marks everything that it starts from now on; a run within a run carries both
 * marks. Returns a function that ends all marked processes that are left, unless some are to be `kept`, and deletes the
 * note.
 */
export function markRun(dir) {
  const id = `${process.pid}-${Date.now()}`;
  process.env[NAME] = `${process.env[NAME] ?? ''}[${id}]`;
  fs.mkdirSync(dir, { recursive: true });
  const file = path.join(dir, id);
  fs.writeFileSync(file, '');
  return async ({ kept = false } = {}) => {
    if (!kept) await endMarked(`[${id}]`);
    fs.rmSync(file, { force: true });
  };
}

/** Ends the processes left by runs that are noted in `dir` but no longer exist; returns how many there were. */
export async function endLeftovers(dir) {
  let ended = 0;
  const ids = fs.existsSync(dir) ? fs.readdirSync(dir).filter((id) => !isRunner(Number(id.split('-')[0]))) : [];
  for (const id of ids) {
    ended += await endMarked(`[${id}]`);
    fs.rmSync(path.join(dir, id), { force: true });
  }
  return ended;
}

/** Returns how many processes there were. */
async function endMarked(mark) {
  const found = new Set();
  for (const until = Date.now() + 5000; Date.now() < until;) {
    const left = marked(mark);
    if (left.length === 0) break;
    for (const pid of left) {
      found.add(pid);
      kill(pid);
    }
    await pause(50);
  }
  return found.size;
}

/** Whether this process exists and is a test run: pids are reused. */
export function isRunner(pid) {
  if (process.platform !== 'linux') return isThere(pid);
  try {
    return /scripts\/(test|long)\.mjs/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes with this mark, except this one. A zombie has no environment any more. */
function marked(mark) {
  if (process.platform !== 'linux') return [];
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      if (pid === process.pid) return false;
      try {
        return fs
          .readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .some((pair) => pair.startsWith(`${NAME}=`) && pair.includes(mark));
      } catch {
        return false;
      }
    });
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    /* it has ended meanwhile */
  }
}
