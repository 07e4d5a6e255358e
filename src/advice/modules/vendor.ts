/** vendor/modules.txt: what `go mod vendor` copied (https://go.dev/ref/mod#vendoring). */

export interface Vendored {
  readonly path: string;
  readonly version: string | undefined;
  /** As the line states it: "=> ../fork" or "=> example.com/fork v1.2.3". */
  readonly to: string | undefined;
  readonly toVersion: string | undefined;
  /** Packages that were copied. Empty: no package of it is used. */
  readonly packages: readonly string[];
  /** Named in go.mod itself. */
  readonly explicit: boolean;
}

export function parseVendor(text: string): ReadonlyMap<string, Vendored> {
  const found = new Map<string, Vendored & { packages: string[]; explicit: boolean }>();
  let now: (Vendored & { packages: string[]; explicit: boolean }) | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line.startsWith('# ')) {
      const words = line.slice(2).split(/\s+/);
      const arrow = words.indexOf('=>');
      const left = arrow < 0 ? words : words.slice(0, arrow);
      const right = arrow < 0 ? [] : words.slice(arrow + 1);
      // A replaced folder's path may have spaces; a version has none and begins with v.
      const last = right.at(-1);
      const versioned = right.length > 1 && last !== undefined && /^v\d/.test(last);
      now = {
        path: left[0] ?? '',
        version: left[1],
        to: right.length === 0 ? undefined : (versioned ? right.slice(0, -1) : right).join(' '),
        toVersion: versioned ? last : undefined,
        packages: [],
        explicit: false,
      };
      // "# path => path" at the end of the file repeats a replacement of go.mod: what was copied stands above it, with
      // its version.
      if (now.version !== undefined && !found.has(now.path)) found.set(now.path, now);
      else now = undefined;
    } else if (line.startsWith('## ')) {
      if (now !== undefined && /\bexplicit\b/.test(line)) now.explicit = true;
    } else if (line !== '' && !line.startsWith('#')) now?.packages.push(line);
  }
  return found;
}
