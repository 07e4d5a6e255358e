// Child processes of a script: it can end each of them, and nothing else, however the script itself ends.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const windows = process.platform === 'win32';

export class Children {
  #running = new Set();

  constructor() {
    process.on('exit', this.#killAll);
  }

  /**
   * Like spawn(), in a process group of its own: a Ctrl-C in the terminal reaches the script, which then ends the
   * group.
   */
  start(command, args, options = {}) {
    const child = spawn(command, args, { ...options, detached: !windows });
    this.#running.add(child);
    child.once('exit', () => {
      this.#signal(child, 'SIGTERM');
      this.#running.delete(child);
    });
    child.once('error', () => {
      this.#running.delete(child);
    });
    return child;
  }

  /**
   * Asks a child and its process group to end, and kills them after `graceMs`; kills what is left of the group as soon
   * as the child has ended.
   */
  async stop(child, graceMs = 5000) {
    if (await this.#end(child, graceMs)) this.#signal(child, 'SIGKILL');
  }

  /**
   * Waits until the child has ended; others in its group may have survived the signal. False if the child had ended
   * before: its pid may be reused.
   */
  async #end(child, graceMs) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const gone = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    this.#signal(child, 'SIGTERM');
    const timer = setTimeout(() => {
      this.#signal(child, 'SIGKILL');
    }, graceMs);
    await gone;
    clearTimeout(timer);
    return true;
  }

  /** Stops all children with their process groups: given enough time, a tool's workers end their own children. */
  async stopAll(graceMs = 5000) {
    const until = Date.now() + graceMs;
    await Promise.all(
      [...this.#running].map(async (child) => {
        await this.#end(child, graceMs);
        while (this.#signal(child, 0) && Date.now() < until) await pause(20);
        this.#signal(child, 'SIGKILL');
      }),
    );
  }

  #killAll = () => {
    for (const child of this.#running) this.#signal(child, 'SIGKILL');
  };

  /** False if no such process exists. */
  #signal(child, signal) {
    if (child.pid === undefined) return false;
    try {
      return windows ? child.kill(signal) : process.kill(-child.pid, signal);
    } catch {
      return false;
    }
  }
}

/** Whether a process with this id exists. @param {number} pid */
export function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return e.code === 'EPERM';
  }
}

/**
 * ms within which a second signal counts as the same Ctrl-C: the terminal signals both npm and its script, and npm
 * forwards its own.
 */
const SAME_WISH = 1000;

/** Runs `clean` once on Ctrl-C or SIGTERM and then exits. A second Ctrl-C, at least a second later, exits at once. */
export function onInterrupt(clean) {
  let asked;
  const handle = (signal) => {
    const status = signal === 'SIGINT' ? 130 : 143;
    if (asked !== undefined && Date.now() - asked < SAME_WISH) return;
    if (asked !== undefined) process.exit(status);
    asked = Date.now();
    void Promise.resolve(clean(signal))
      .catch(() => undefined)
      .then(() => {
        process.exit(status);
      });
  };
  process.on('SIGINT', () => {
    handle('SIGINT');
  });
  process.on('SIGTERM', () => {
    handle('SIGTERM');
  });
  process.on('SIGHUP', () => {
    handle('SIGTERM');
  });
}
