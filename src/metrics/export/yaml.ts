/**
 * YAML of plain data, for files that people read: block style. A string that could be read as anything else stands in
 * double quotes, as in JSON.
 */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml };

const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null|~|[-+.\d].*)$/i;

/** For data nested at most ten levels deep, as our own code makes it. Ends with a newline. */
export function yaml(value: Yaml): string {
  return `${block(value, 0).join('\n')}\n`;
}

function block(value: Yaml, depth: number): string[] {
  if (depth > 10) throw new RangeError('YAML nested more than ten levels');
  if (Array.isArray(value)) {
    return (value as readonly Yaml[]).flatMap((item) => {
      const lines = isScalar(item) ? [scalar(item)] : block(item, depth + 1);
      return lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`));
    });
  }
  if (isScalar(value)) return [scalar(value)];
  return Object.entries(value as { readonly [key: string]: Yaml }).flatMap(([key, v]) => {
    if (isScalar(v)) return [`${scalar(key)}: ${scalar(v)}`];
    return [`${scalar(key)}:`, ...block(v, depth + 1).map((line) => `  ${line}`)];
  });
}

function isScalar(v: Yaml): v is string | number | boolean {
  return typeof v !== 'object' || (Array.isArray(v) ? v.length === 0 : Object.keys(v).length === 0);
}

function scalar(v: Yaml): string {
  if (typeof v === 'object') return Array.isArray(v) ? '[]' : '{}';
  if (typeof v !== 'string') return String(v);
  return /^[A-Za-z_/][A-Za-z0-9_./-]*$/.test(v) && !SPECIAL.test(v) ? v : JSON.stringify(v);
}
