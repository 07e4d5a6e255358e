/**
 * Paths whose parts are parted by '/', with or without a scheme ahead (`file:///a`, `vscode-vfs://github/a`, `/a`,
 * `C:/a`).
 */

export function dirOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `dir` and a relative path with `.` and `..` in it, put together. */
export function join(dir: string, relative: string): string {
  const parts = dir.split('/');
  // What stands before the first folder (a scheme and authority, a drive, the root) is never left by `..`.
  const floor = /^[a-z][a-z0-9+.-]+:\/\//i.test(dir) ? 3 : 1;
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > floor) parts.pop();
  }
  return parts.join('/');
}

/** The folder itself and those above it, nearest first. */
export function upwards(dir: string): string[] {
  const floor = /^[a-z][a-z0-9+.-]+:\/\//i.test(dir) ? 3 : 1;
  const parts = dir.split('/');
  return parts.slice(floor - 1).map((_, i) => parts.slice(0, parts.length - i).join('/'));
}

/** Path of `path` below `dir`, or the whole of it when it is elsewhere. */
export function below(dir: string, path: string): string {
  return path.startsWith(`${dir}/`) ? path.slice(dir.length + 1) : path;
}
