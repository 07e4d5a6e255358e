// Is there a Go that can build the test cluster?
import { spawnSync } from 'node:child_process';

/** From 1.21 on, Go gets by itself the newer toolchain that a go.mod asks for. */
const OLDEST = [1, 21];

/** Why the test cluster can't be built here, with the next step; undefined when it can. */
export function whyNoGo() {
  const r = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (r.error) return 'Go is not on the PATH; the test cluster is built with it. Install Go 1.26 from https://go.dev/dl/';
  if (r.status !== 0) return `"go env" failed: ${r.stderr.trim()}`;
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(r.stdout) ?? []).slice(1).map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `This is ${r.stdout.trim()}; the test cluster needs Go 1.26. Install it from https://go.dev/dl/`;
}
