// Whatever is slow to fetch and the same for every checkout (Node 24, code-server, the control plane's binaries) is
// cached outside the checkout, by version.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isThere } from './lib/children.mjs';

/**
 * `$CONTROLLER_TUNER_CACHE`, else `$XDG_CACHE_HOME/controller-tuner`, else `~/.cache/controller-tuner`; then `parts`.
 */
export function cachePath(...parts) {
  const { CONTROLLER_TUNER_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  return path.join(own || path.join(xdg || path.join(os.homedir(), '.cache'), 'controller-tuner'), ...parts);
}

const STAMP = '.complete';

/**
 * A folder of the cache, filled by `fill(dir)` the first time. It is filled under a temporary name and then renamed, so
 * neither an interrupted run nor a concurrent one leaves a partial folder. Returns its path.
 */
export async function cachedFolder(name, fill) {
  const dir = cachePath(name);
  if (fs.existsSync(path.join(dir, STAMP))) return dir;
  for (const left of draftsOf(dir)) fs.rmSync(left, { recursive: true, force: true });
  const draft = `${dir}.${process.pid}.draft`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { recursive: true });
  try {
    await fill(draft);
    fs.writeFileSync(path.join(draft, STAMP), '');
    if (!fs.existsSync(path.join(dir, STAMP))) {
      fs.rmSync(dir, { recursive: true, force: true });
      fs.renameSync(draft, dir);
    }
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
  return dir;
}

/** Temporary folders left by processes that died. */
function draftsOf(dir) {
  const [parent, name] = [path.dirname(dir), path.basename(dir)];
  const found = fs.existsSync(parent)
    ? fs.readdirSync(parent).filter((f) => f.startsWith(`${name}.`) && /\.\d+\.draft$/.test(f))
    : [];
  return found.filter((f) => !isThere(Number(/\.(\d+)\.draft$/.exec(f)?.[1]))).map((f) => path.join(parent, f));
}

/** True if that folder of the cache is complete: tells in advance whether a step will take long. */
export function isCached(name) {
  return fs.existsSync(cachePath(name, STAMP));
}
