/** A table as text for other programs: CSV for a spreadsheet, Markdown for an issue or a pull request. Pure. */

export interface TextTable {
  readonly head: readonly string[];
  /** True for the columns of numbers. */
  readonly numbers: readonly boolean[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe, because names in a profile are
 * untrusted.
 */
export function csv({ head, numbers, rows }: TextTable): string {
  const cell = (text: string, number: boolean): string => {
    const safe = !number && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head.map((t) => cell(t, false)), ...rows.map((r) => r.map((t, i) => cell(t, numbers[i] === true)))]
    .map((r) => `${r.join(',')}\r\n`)
    .join('');
}

export function markdown({ head, numbers, rows }: TextTable): string {
  const cell = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\|<>*_`[\]]/g, '\\$&');
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return (
    line(head.map(cell)) + line(numbers.map((n) => (n ? '---:' : '---'))) + rows.map((r) => line(r.map(cell))).join('')
  );
}

/** A comment for a pull request: what was measured, then the heaviest functions. */
export function comment(title: string, facts: readonly string[], table: TextTable): string {
  return `**${title}**\n\n${facts
    .filter((f) => f !== '')
    .map((f) => `- ${f}\n`)
    .join('')}\n${markdown(table)}`;
}
