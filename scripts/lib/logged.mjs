// Runs a tool with a time limit and its output in a log file, so that nothing can hang a whole test run.
import fs from 'node:fs';

/**
 * Starts `command` as one of `children`; resolves { code, timedOut, tail } when it has ended. After `limitSeconds`, it
 * is killed with its process group. `tail`: the end of its output, for a message.
 */
export async function runLogged(children, command, args, { cwd, env = process.env, logFile, limitSeconds }) {
  const log = fs.openSync(logFile, 'a');
  try {
    fs.writeSync(log, `\n$ ${[command, ...args].join(' ')}\n`);
    const from = fs.fstatSync(log).size;
    const child = children.start(command, args, { cwd, env, stdio: ['ignore', log, log] });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      void children.stop(child);
    }, limitSeconds * 1000);
    const code = await new Promise((resolve, reject) => {
      child.once('error', (e) => {
        reject(e.code === 'ENOENT' ? new Error(`${command} could not be started: it is not on the PATH.`) : e);
      });
      child.once('exit', (status, signal) => {
        resolve(status ?? signal);
      });
    }).finally(() => {
      clearTimeout(timer);
    });
    return { code, timedOut, tail: tailOf(logFile, from) };
  } finally {
    fs.closeSync(log);
  }
}

/** The end of what was written to a file after its first `from` bytes. */
function tailOf(file, from, bytes = 3000) {
  const { size } = fs.statSync(file);
  const length = Math.max(0, Math.min(size - from, bytes));
  const fd = fs.openSync(file, 'r');
  const buffer = Buffer.alloc(length);
  fs.readSync(fd, buffer, 0, length, size - length);
  fs.closeSync(fd);
  return buffer.toString('utf8');
}
