/** Where the Go module cache keeps a module's source (https://go.dev/ref/mod#module-cache). */

/** Upper case letters become `!` and the lower case one, so that file systems without case keep modules apart. */
function escaped(pathOrVersion: string): string {
  return pathOrVersion.replace(/[A-Z]/g, (c) => `!${c.toLowerCase()}`);
}

/** Folder of a module's source below a module cache, e.g. `…/pkg/mod/github.com/!burnt!sushi/toml@v1.3.2`. */
export function inCache(cache: string, path: string, version: string): string {
  return `${cache}/${escaped(path)}@${escaped(version)}`;
}
